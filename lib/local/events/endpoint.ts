import { AwsError } from '../aws-json/aws-error.ts';
import { type Fault, FaultTable } from '../aws-json/fault-table.ts';
import { startJsonServer } from '../aws-json/json-server.ts';
import { type DeliveredEvent, type EntryResult, judgeEntry, readEntries } from './put-events.ts';

/** How to start a local EventBridge: on an ephemeral port unless told otherwise; `now` is epoch milliseconds. */
export interface EventsEndpointOptions {
  readonly port?: number;
  readonly now?: () => number;
  readonly region?: string;
  readonly accountId?: string;
}

/** A failure of single entries. */
export interface EntryRefusal {
  readonly when: (entry: Readonly<Record<string, unknown>>) => boolean;
  readonly code: string;
  readonly times: number;
}

/** A running local EventBridge with custom buses. It knows PutEvents; what rules do is up to the listeners. */
export interface EventsEndpoint {
  readonly url: string;
  readonly port: number;
  /** Makes a bus; harmless when it is there. */
  addBus(name: string): void;
  /** Until the answered function is called, the listener gets each event of this bus, after its sender was answered. */
  onEvent(busName: string, listener: (event: DeliveredEvent) => void): () => void;
  setFault(fault: Fault): void;
  /** Answers matching entries with an error, so many times, in calls that succeed. */
  refuseEntries(refusal: EntryRefusal): void;
  clearFaults(): void;
  close(): Promise<void>;
}

/** Starts a local EventBridge on 127.0.0.1. Rejects when the port is taken. */
export async function startEventsEndpoint(options: EventsEndpointOptions = {}): Promise<EventsEndpoint> {
  const { region = 'us-east-1', accountId = '000000000000', now = Date.now } = options;
  const buses = new Set<string>();
  const listeners = new Set<{ readonly busName: string; readonly tell: (event: DeliveredEvent) => void }>();
  const faults = new FaultTable();
  const refusals = new FaultTable();

  const deliver = (busName: string, event: DeliveredEvent): void => {
    for (const listener of listeners) {
      if (listener.busName !== busName) continue;
      setImmediate(() => {
        if (listeners.has(listener)) listener.tell(structuredClone(event));
      });
    }
  };
  const putEvents = (input: Readonly<Record<string, unknown>>) => {
    const arrival = { region, accountId, now: now() };
    const results = readEntries(input).map((entry) => refusalOf(entry, refusals) ?? judgeEntry(entry, buses, arrival));
    for (const result of results) if (result.kind === 'accepted') deliver(result.busName, result.event);
    return {
      FailedEntryCount: results.filter(({ kind }) => kind === 'refused').length,
      Entries: results.map((result) =>
        result.kind === 'accepted'
          ? { EventId: result.event.id }
          : { ErrorCode: result.code, ErrorMessage: result.message },
      ),
    };
  };

  const server = await startJsonServer(options.port ?? 0, async ({ action, input }) => {
    try {
      faults.throwIfSet(action, input);
      if (action !== 'PutEvents') throw new AwsError('UnknownOperationException', `${action} is not supported here.`);
      return { status: 200, body: putEvents(input) };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const { code, message, status, details } = error;
      return { status, body: { __type: code, message, ...details } };
    }
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    addBus: (name) => void buses.add(name),
    onEvent: (busName, tell) => {
      const listener = { busName, tell };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    setFault: (fault) => faults.set(fault),
    refuseEntries: ({ when, code, times }) => refusals.set({ action: ENTRY, when, code, status: 200, times }),
    clearFaults: () => {
      faults.clear();
      refusals.clear();
    },
    close: () => server.close(),
  };
}

/** The name under which faults of single entries are kept. */
const ENTRY = 'entry';

function refusalOf(entry: Record<string, unknown>, refusals: FaultTable): EntryResult | undefined {
  try {
    refusals.throwIfSet(ENTRY, entry);
    return undefined;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { kind: 'refused', code: error.code, message: error.message };
  }
}
