import { type Input, optionalInteger, textList } from './input.ts';
import { md5OfAttributes, md5OfText, selectAttributes } from './message-attributes.ts';
import type { ReceivedMessage } from './message-store.ts';
import { queueOf } from './queue-actions.ts';
import type { SqsService } from './service.ts';

const MAX_MESSAGES = 10;
const MAX_WAIT_SECONDS = 20;
const MAX_VISIBILITY_SECONDS = 43_200;

/**
 * Takes messages, waiting for the first one as long as asked. A wait is real time even when the service's clock is
 * not; a client that has left takes nothing, because nobody would delete or return what it took.
 */
export async function receiveMessage(
  service: SqsService,
  input: Input,
  clientGone: AbortSignal,
): Promise<Record<string, unknown>> {
  const limit = optionalInteger(input, 'MaxNumberOfMessages', 1, MAX_MESSAGES) ?? 1;
  const visibilitySeconds = optionalInteger(input, 'VisibilityTimeout', 0, MAX_VISIBILITY_SECONDS);
  const waitSeconds =
    optionalInteger(input, 'WaitTimeSeconds', 0, MAX_WAIT_SECONDS) ??
    Number(queueOf(service, input).attributes['ReceiveMessageWaitTimeSeconds']);
  const deadlineMs = performance.now() + waitSeconds * 1000;

  while (!clientGone.aborted) {
    const queue = queueOf(service, input);
    const nowMs = service.now();
    const visibilityMs = (visibilitySeconds ?? Number(queue.attributes['VisibilityTimeout'])) * 1000;
    const { messages, redrivenTo } = service.messages.receive(queue, limit, visibilityMs, nowMs);
    if (redrivenTo !== undefined) service.polls.wake(redrivenTo.id);
    const remainingMs = deadlineMs - performance.now();
    if (messages.length > 0 || remainingMs <= 0) return answer(messages, input);
    const nextVisibleAtMs = service.messages.nextVisibleAtMs(queue, nowMs) ?? Number.POSITIVE_INFINITY;
    await service.polls.wait(queue.id, Math.min(remainingMs, nextVisibleAtMs - nowMs), clientGone);
  }
  return {};
}

function answer(messages: readonly ReceivedMessage[], input: Input): Record<string, unknown> {
  if (messages.length === 0) return {};
  const systemNames = [...textList(input, 'MessageSystemAttributeNames'), ...textList(input, 'AttributeNames')];
  const names = textList(input, 'MessageAttributeNames');
  return { Messages: messages.map((message) => describe(message, systemNames, names)) };
}

function describe(message: ReceivedMessage, systemNames: readonly string[], names: readonly string[]) {
  const selected = selectAttributes(message.attributes, names);
  const system = Object.entries(systemAttributes(message)).filter(
    ([name, value]) => value !== undefined && (systemNames.includes('All') || systemNames.includes(name)),
  );
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    Body: message.body,
    MD5OfBody: md5OfText(message.body),
    ...(system.length > 0 && { Attributes: Object.fromEntries(system) }),
    ...(Object.keys(selected).length > 0 && { MessageAttributes: selected }),
    MD5OfMessageAttributes: md5OfAttributes(selected),
  };
}

function systemAttributes(message: ReceivedMessage): Readonly<Record<string, string | undefined>> {
  return {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentAtMs),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs),
    MessageGroupId: message.groupId,
    DeadLetterQueueSourceArn: message.sourceArn,
  };
}
