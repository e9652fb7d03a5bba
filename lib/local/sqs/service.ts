import type { DatabaseSync } from 'node:sqlite';
import { LongPolls } from './long-polls.ts';
import { MessageStore } from './message-store.ts';
import { QueueStore } from './queue-store.ts';

/** What the actions work with. */
export interface SqsService {
  readonly database: DatabaseSync;
  readonly queues: QueueStore;
  readonly messages: MessageStore;
  readonly polls: LongPolls;
  readonly now: () => number;
  /** The URL of a queue on this endpoint's own host and port. */
  readonly queueUrl: (name: string) => string;
}

/** Puts the stores together; `arnPrefix` ends just before the queue's name. */
export function createService(
  database: DatabaseSync,
  arnPrefix: string,
  now: () => number,
  queueUrl: (name: string) => string,
): SqsService {
  const queues = new QueueStore(database, arnPrefix);
  return { database, queues, messages: new MessageStore(database, queues), polls: new LongPolls(), now, queueUrl };
}
