/** What the provision function is invoked with: its schedule's event, or one of the two events of the bus. */
export type ProvisionEvent =
  | { readonly kind: 'schedule' }
  /** Tick for this shard until the minute is over. */
  | { readonly kind: 'shard-due'; readonly shard: string }
  /** Tick once for these worker types. */
  | { readonly kind: 'tasks-waiting'; readonly workerTypes: readonly string[] };

/** So many ticks of one type fit into one invocation, with all that may go wrong. */
const MAX_WOKEN = 100;

/** Reads an event. Throws one that is not understood, naming the field: whoever sent it finds it among the dead letters. */
export function readProvisionEvent(event: unknown): ProvisionEvent {
  const { 'detail-type': detailType, detail } = fieldsOf(event);
  if (detailType === undefined) return { kind: 'schedule' };
  const { shard, workerTypes } = fieldsOf(detail);
  if (detailType === 'Shard Due') {
    if (typeof shard !== 'string' || shard === '') throw wrong('detail.shard', shard, 'the name of a shard');
    return { kind: 'shard-due', shard };
  }
  if (detailType === 'Tasks Waiting') {
    const allowed = `1 to ${MAX_WOKEN} names of worker types`;
    if (!isNames(workerTypes) || workerTypes.length === 0 || workerTypes.length > MAX_WOKEN)
      throw wrong('detail.workerTypes', workerTypes, allowed);
    return { kind: 'tasks-waiting', workerTypes };
  }
  throw wrong('detail-type', detailType, '"Shard Due" or "Tasks Waiting"');
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '');

const wrong = (field: string, found: unknown, allowed: string): Error =>
  new Error(`the event cannot be served: ${field}: found ${JSON.stringify(found)?.slice(0, 200)}, allowed: ${allowed}`);
