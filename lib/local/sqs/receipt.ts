import { randomUUID } from 'node:crypto';
import type { Queue } from './queue-store.ts';
import { receiptHandleIsInvalid } from './sqs-errors.ts';

/** A new receipt handle; it names its queue, so that one used on another queue is found out. */
export function issueReceipt(queue: Queue): string {
  return Buffer.from(`${queue.id}#${randomUUID()}`).toString('base64');
}

/** Throws ReceiptHandleIsInvalid for a handle that this queue cannot have given out. */
export function verifyReceipt(queue: Queue, receipt: string): void {
  const [queueId, unique] = Buffer.from(receipt, 'base64').toString('utf8').split('#');
  if (queueId !== String(queue.id) || !/^[0-9a-f-]{36}$/.test(unique ?? '')) throw receiptHandleIsInvalid(receipt);
}
