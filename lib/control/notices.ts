/**
 * Tells owners when the state of a worker type changes: events on the bus, at most one for a type and tick.
 *
 * The status remembers what was told last. It is saved with that memory before the event is put, and without it after:
 * a tick that dies between, or a bus that is down, has the event told again, and nothing that was recorded is lost
 * with it. A subscriber may therefore get an event twice, and none for good only when the type is deleted meanwhile.
 *
 * Not told: the ups and downs between `ok`, `short`, `unanswered` and `backing-off`, which pass by themselves within
 * minutes; and that a trouble cannot be seen for a while (no demand, an unreadable queue, a probe under way).
 */
import type { BusEventType } from '../core/bus-names.ts';
import { isoTime } from '../core/iso-time.ts';
import { breakerOf } from '../core/worker-deaths.ts';
import type { WorkerTypeState } from '../core/worker-type-state.ts';
import { knownWorkers } from './known-workers.ts';
import type { Observation } from './observe.ts';
import type { BusEvent, StoredWorkerType } from './ports.ts';
import type { ToldState, WorkerTypeStatus } from './status.ts';

/** What an observation has to tell of a worker type for this. */
type Seen = Pick<
  Observation,
  'at' | 'workers' | 'launches' | 'unreadRegions' | 'definitions' | 'statuses' | 'controls'
>;

/** One event to put, and the status that says that it was put. */
export interface Notice {
  readonly event: BusEvent;
  readonly told: WorkerTypeStatus;
}

/** States that do not end unless somebody does something. */
const NEEDS_PERSON: ReadonlySet<ToldState> = new Set<ToldState>(['suspended', 'workers-die', 'invalid']);
/** Somebody has said so: whatever was wrong before is not mended by it. */
const SWITCHED_OFF: ReadonlySet<ToldState> = new Set<ToldState>(['disabled', 'paused']);
/** Served, or tried again by itself within minutes. */
const AT_WORK: ReadonlySet<ToldState> = new Set<ToldState>(['ok', 'short', 'unanswered', 'backing-off']);

/** What is to be told, and all statuses as they have to be saved before it is. */
export function planNotices(
  statuses: readonly WorkerTypeStatus[],
  seen: Seen,
): { readonly statuses: WorkerTypeStatus[]; readonly notices: Notice[] } {
  const definitions = new Map(seen.definitions.map((stored) => [stored.workerType, stored]));
  const notices: Notice[] = [];
  const planned = statuses.map((status) => {
    const stored = definitions.get(status.workerType);
    const previous = seen.statuses.get(status.workerType);
    const from = previous === undefined ? 'new' : (previous.toldState ?? previous.state);
    if (stored === undefined || isSame(from, status.state)) return status;
    if (!persists(from, status, stored, seen))
      notices.push({ event: changeOf(stored, status, from, seen), told: status });
    return { ...status, toldState: from };
  });
  return { statuses: planned, notices };
}

/** Nothing to tell of: the same, both at work, or a new type that is no trouble. */
const isSame = (from: ToldState, to: WorkerTypeState): boolean =>
  from === to || (AT_WORK.has(from) && AT_WORK.has(to)) || (from === 'new' && !NEEDS_PERSON.has(to));

/** Is the trouble that was told of still there, although the state shows something else at the moment? */
function persists(
  from: ToldState,
  status: WorkerTypeStatus,
  { parsed, workerType }: StoredWorkerType,
  seen: Seen,
): boolean {
  if (NEEDS_PERSON.has(status.state) || SWITCHED_OFF.has(status.state)) return false;
  // A queue that cannot be read says nothing of whether it is over.
  if (NEEDS_PERSON.has(from) && !AT_WORK.has(status.state)) return true;
  const clearedAt = seen.controls.get(workerType)?.clearedAt;
  if (from === 'suspended') {
    const { hold } = status;
    return hold !== undefined && hold.until === undefined && hold.since > (clearedAt ?? 0);
  }
  if (from !== 'workers-die' || parsed.kind === 'invalid') return false;
  return (
    status.state === 'workers-unknown' ||
    breakerOf(knownWorkers(workerType, seen), parsed.definition, seen.at, clearedAt) !== undefined
  );
}

const CHANGE: BusEventType = 'Worker Type State Change';
/** Ten events have to fit into 256 KB. */
const MAX_DECISION_LENGTH = 1_000;
const MAX_OWNER_LENGTH = 256;

function changeOf(
  { workerType, document, parsed }: StoredWorkerType,
  status: WorkerTypeStatus,
  from: ToldState,
  { at }: Seen,
): BusEvent {
  const owner = parsed.kind === 'valid' ? parsed.definition.owner : textOf(document['owner']);
  const decision = status.decision.slice(0, MAX_DECISION_LENGTH);
  const attention = NEEDS_PERSON.has(status.state);
  const resolved = NEEDS_PERSON.has(from) && !attention && !SWITCHED_OFF.has(status.state);
  const version = status.definitionVersion ?? document['version'];
  const detail = {
    provisionerId: textOf(document['provisionerId']),
    workerType,
    owner: owner.slice(0, MAX_OWNER_LENGTH),
    from,
    to: status.state,
    attention,
    resolved,
    decision,
    definitionVersion: typeof version === 'number' ? version : null,
    at: isoTime(at),
  };
  return { detailType: CHANGE, detail: { ...detail, summary: summaryOf(detail) } };
}

interface Change {
  readonly workerType: string;
  readonly owner: string;
  readonly from: ToldState;
  readonly to: WorkerTypeState;
  readonly attention: boolean;
  readonly resolved: boolean;
  readonly decision: string;
}

/** The event in a sentence or two, for a mail. */
function summaryOf({ workerType, owner, from, to, attention, resolved, decision }: Change): string {
  const before = from === 'new' ? 'it is new' : `it was ${from}`;
  const what = attention ? 'needs a person' : resolved ? 'is over it' : 'has changed';
  const whose = owner === '' ? '' : ` Owner: ${owner}.`;
  return plain(`${workerType} ${what}: ${to} now, before ${before}.${whose} ${decision}.`);
}

/** EventBridge puts the text into a JSON string as it is: what would end or escape that string is replaced. */
const plain = (text: string): string =>
  text
    .replaceAll('"', "'")
    .replaceAll('\\', '/')
    .replaceAll(/\p{Cc}+/gu, ' ');

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
