import { type EventBridgeClient, PutEventsCommand, type PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import pMap from 'p-map';
import { EventsRefused } from '../control/events-refused.ts';
import type { BusEvent, EventBus } from '../control/ports.ts';
import { busSource } from '../core/bus-names.ts';

/** What one call may carry (PutEvents). */
const MAX_ENTRIES = 10;
/** Calls at once: a thousand types that change together are a hundred calls. */
const CONCURRENCY = 4;

/** An event that was not accepted, with EventBridge's answer. */
interface Refused {
  readonly event: BusEvent;
  readonly answer: PutEventsResultEntry | undefined;
}

/** The event bus on EventBridge. */
export class EventBridgeBus implements EventBus {
  readonly #client: EventBridgeClient;
  readonly #busName: string;
  readonly #source: string;

  constructor(client: EventBridgeClient, busName: string, provisionerId: string) {
    this.#client = client;
    this.#busName = busName;
    this.#source = busSource(provisionerId);
  }

  async put(events: readonly BusEvent[]): Promise<void> {
    const batches = Array.from({ length: Math.ceil(events.length / MAX_ENTRIES) }, (_, index) =>
      events.slice(index * MAX_ENTRIES, (index + 1) * MAX_ENTRIES),
    );
    const refused = (await pMap(batches, (batch) => this.#putBatch(batch), { concurrency: CONCURRENCY })).flat();
    const [first] = refused;
    if (first === undefined) return;
    const { ErrorCode: code = 'no answer', ErrorMessage: message = '' } = first.answer ?? {};
    throw new EventsRefused(
      `the event bus ${this.#busName} did not accept ${refused.length} of ${events.length} events: ${code} (${message})`,
      refused.map(({ event }) => event),
    );
  }

  /**
   * A call that succeeds may have left out some of its events: those are tried once more. One that fails as a whole has been
   * tried again by the SDK: its events count as refused.
   */
  async #putBatch(batch: readonly BusEvent[]): Promise<Refused[]> {
    let left = batch;
    try {
      left = (await this.#put(batch)).map(({ event }) => event);
      return left.length === 0 ? [] : await this.#put(left);
    } catch (error) {
      const { name: ErrorCode, message: ErrorMessage } = error instanceof Error ? error : new Error(String(error));
      return left.map((event) => ({ event, answer: { ErrorCode, ErrorMessage } }));
    }
  }

  async #put(batch: readonly BusEvent[]): Promise<Refused[]> {
    const { FailedEntryCount: failed = 0, Entries: answers = [] } = await this.#client.send(
      new PutEventsCommand({
        Entries: batch.map(({ detailType, detail }) => ({
          EventBusName: this.#busName,
          Source: this.#source,
          DetailType: detailType,
          Detail: JSON.stringify(detail),
        })),
      }),
    );
    if (failed === 0) return [];
    return batch.flatMap((event, index) => {
      const answer = answers[index];
      return answer?.EventId === undefined ? [{ event, answer }] : [];
    });
  }
}
