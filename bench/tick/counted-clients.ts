import type { AwsClients } from '../../lib/aws/clients.ts';

/** What went over the wire since the last reset. Units of DynamoDB as it bills them. */
export interface CallCounts {
  readonly calls: Record<string, number>;
  readonly units: { read: number; write: number };
}

interface Context {
  readonly clientName?: string;
  readonly commandName?: string;
}
type Input = { ReturnConsumedCapacity?: string; ConsistentRead?: boolean };
type Answer = { readonly output: { readonly ConsumedCapacity?: Capacity | readonly Capacity[] } };
type Capacity = { readonly CapacityUnits?: number };

/** Commands of DynamoDB that read; all others write. */
const READS = new Set(['GetItemCommand', 'QueryCommand']);

/** Counts every HTTP request of the clients, and asks DynamoDB what each consumed. */
export function countCalls(clients: AwsClients): { readonly clients: AwsClients; reset(): CallCounts } {
  let counts: CallCounts = fresh();
  const seen = new WeakSet<object>();
  const count = <Client extends { readonly middlewareStack: unknown }>(client: Client, service: string): Client => {
    if (seen.has(client)) return client;
    seen.add(client);
    const stack = client.middlewareStack as AwsClients['dynamoDb']['middlewareStack'];
    stack.add(
      (next, context) => async (request) => {
        const name = `${service} ${(context as Context).commandName?.replace(/Command$/, '')}`;
        counts.calls[name] = (counts.calls[name] ?? 0) + 1;
        return next(request);
      },
      // Inside the retries: a repetition is a request of its own.
      { step: 'finalizeRequest', priority: 'low', name: 'countCalls' },
    );
    if (service !== 'DynamoDB') return client;
    stack.add(
      (next, context) => async (request) => {
        const input = request.input as Input;
        const answer = await next({ ...request, input: { ...input, ReturnConsumedCapacity: 'TOTAL' } as never });
        const consumed = (answer as Answer).output.ConsumedCapacity;
        const units = [consumed ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
        counts.units[READS.has((context as Context).commandName ?? '') ? 'read' : 'write'] += units;
        return answer;
      },
      { step: 'initialize', name: 'countUnits' },
    );
    return client;
  };
  return {
    clients: {
      dynamoDb: count(clients.dynamoDb, 'DynamoDB'),
      sqs: count(clients.sqs, 'SQS'),
      events: count(clients.events, 'EventBridge'),
      ec2: (region) => count(clients.ec2(region), 'EC2'),
      ec2Launch: (region) => count(clients.ec2Launch(region), 'EC2'),
      destroy: () => clients.destroy(),
    },
    reset() {
      const last = counts;
      counts = fresh();
      return last;
    },
  };
}

const fresh = (): CallCounts => ({ calls: {}, units: { read: 0, write: 0 } });
