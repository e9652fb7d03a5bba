import { setImmediate } from 'node:timers/promises';
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEventsEndpoint } from '../../../lib/local/events/endpoint.ts';
import type { DeliveredEvent } from '../../../lib/local/events/put-events.ts';

async function startEvents() {
  const events = await startEventsEndpoint({ now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678) });
  const client = new EventBridgeClient({
    endpoint: events.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'LOCAL', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  onTestFinished(async () => {
    client.destroy();
    await events.close();
  });
  events.addBus('mine');
  const delivered: DeliveredEvent[] = [];
  const end = events.onEvent('mine', (event) => delivered.push(event));
  const put = (...Entries: PutEventsRequestEntry[]) => client.send(new PutEventsCommand({ Entries }));
  return { events, put, delivered, end };
}

const entry = (changes: Partial<PutEventsRequestEntry> = {}): PutEventsRequestEntry => ({
  EventBusName: 'mine',
  Source: 'test',
  DetailType: 'Test',
  Detail: '{"n":1}',
  ...changes,
});

describe('PutEvents', () => {
  it('delivers an event as EventBridge does, with the id of the answer', async () => {
    const { put, delivered } = await startEvents();
    const { FailedEntryCount, Entries = [] } = await put(entry({ Resources: ['arn:aws:x'] }));
    await setImmediate();
    expect(FailedEntryCount).toBe(0);
    expect(delivered).toEqual([
      {
        version: '0',
        id: Entries[0]?.EventId,
        'detail-type': 'Test',
        source: 'test',
        account: '000000000000',
        time: '2026-01-02T03:04:05Z',
        region: 'us-east-1',
        resources: ['arn:aws:x'],
        detail: { n: 1 },
      },
    ]);
  });

  it('takes the time of the sender, and the ARN of a bus for its name', async () => {
    const { put, delivered } = await startEvents();
    const EventBusName = 'arn:aws:events:us-east-1:000000000000:event-bus/mine';
    await put(entry({ Time: new Date(Date.UTC(2020, 1, 1)), EventBusName }));
    await setImmediate();
    expect(delivered).toMatchObject([{ time: '2020-02-01T00:00:00Z' }]);
  });

  it.each([
    ['no source', { Source: '' }, 'InvalidArgument', 'Source is a required argument'],
    ['no detail type', { DetailType: undefined }, 'InvalidArgument', 'DetailType is a required argument'],
    ['no detail', { Detail: undefined }, 'InvalidArgument', 'Detail is a required argument'],
    ['a detail that is no JSON', { Detail: '{' }, 'MalformedDetail', 'malformed'],
    ['a detail that is no object', { Detail: '[1]' }, 'MalformedDetail', 'malformed'],
    ["AWS's own source", { Source: 'aws.ec2' }, 'NotAuthorizedForSourceException', 'source'],
    ['an unknown bus', { EventBusName: 'gone' }, 'InvalidArgument', 'Event bus gone does not exist'],
    ['no bus', { EventBusName: undefined }, 'InvalidArgument', 'Event bus default does not exist'],
  ])('refuses an entry with %s, and takes the others', async (_what, changes, code, message) => {
    const { put, delivered } = await startEvents();
    const answer = await put(entry(), entry(changes as Partial<PutEventsRequestEntry>), entry());
    await setImmediate();
    expect(answer.FailedEntryCount).toBe(1);
    expect(answer.Entries?.[1]).toEqual({ ErrorCode: code, ErrorMessage: expect.stringContaining(message) });
    expect(delivered).toHaveLength(2);
  });

  it.each([
    ['no entry', []],
    ['more than ten entries', Array.from({ length: 11 }, () => entry())],
    ['more than 256 KB in all', [1, 2].map(() => entry({ Detail: JSON.stringify({ text: 'x'.repeat(140_000) }) }))],
  ])('refuses a call with %s', async (_what, entries) => {
    const { put, delivered } = await startEvents();
    await expect(put(...entries)).rejects.toMatchObject({ name: 'ValidationException' });
    await setImmediate();
    expect(delivered).toEqual([]);
  });

  it('delivers nothing more to who has ended it', async () => {
    const { put, delivered, end } = await startEvents();
    end();
    await put(entry());
    await setImmediate();
    expect(delivered).toEqual([]);
  });
});

it('answers a fault as often as told', async () => {
  const { events, put } = await startEvents();
  events.setFault({ action: 'PutEvents', code: 'ThrottlingException', status: 400, times: 1 });
  await expect(put(entry())).rejects.toMatchObject({ name: 'ThrottlingException' });
  expect(await put(entry())).toMatchObject({ FailedEntryCount: 0 });
});
