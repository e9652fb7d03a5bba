/**
 * What the check of definitions, their history and the collection of launch templates need of the world. As in ports.ts,
 * `lib/aws` and `lib/memory` implement every port, and one contract suite (test/contracts) holds both to these sentences.
 */
import type { AccountFacts } from '../core/check/account-facts.ts';
import type { AccountLookups } from '../core/check/account-lookups.ts';
import type { Rehearsal } from '../core/check/rehearsal-findings.ts';
import type { CheckReport } from '../core/finding.ts';
import type { NameRange } from '../core/name-range.ts';
import type { EpochMillis } from '../core/units.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';
import type { FieldChange } from './definition-diff.ts';
import type { LaunchOrder } from './ports.ts';

/** One change of a definition, kept for good. */
export interface VersionRecord {
  readonly workerType: string;
  /** Unique within the history of the worker type: what the item says of itself or, when that is taken, the next free number. */
  readonly version: number;
  /** The version that the item itself says; another one than `version` after an edit by hand that did not raise it. */
  readonly statedVersion: number;
  readonly at: EpochMillis;
  /** Known of changes by tools only. */
  readonly author?: string;
  readonly source: 'cli' | 'table';
  /** The change's place in the stream of the table, once that has told of it. */
  readonly sequence?: string;
  /** The item as the change left it; of a deletion, as it was before. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly changes: readonly FieldChange[];
  readonly deleted?: true;
  /** There when the history began: `at` is when it was found. */
  readonly found?: true;
}

/** What the definitions of one provisioner were, change by change. */
export interface VersionHistory {
  /** Every kept version of a worker type, by number. Throws when they cannot all be read. */
  list(workerType: string): Promise<VersionRecord[]>;
  get(workerType: string, version: number): Promise<VersionRecord | undefined>;
  /** Keeps a record; `taken`: another one has its number, and nothing was written. */
  add(record: VersionRecord): Promise<'added' | 'taken'>;
  /** Replaces the kept record of this number by one that knows more of the same change. Repeating it is harmless. */
  complete(record: VersionRecord): Promise<void>;
}

/** What the account of the provisioner holds, as far as definitions name it. */
export interface Account {
  /** Looks everything up, once each. Never throws: what cannot be looked up is unknown, and nothing else is for it. */
  lookUp(wanted: AccountLookups): Promise<AccountFacts>;
}

/** EC2's own opinion of a launch. */
export interface LaunchRehearsal {
  /** Has EC2 judge the real request of an order without carrying it out: nothing is launched. Never throws. */
  rehearse(order: LaunchOrder): Promise<Rehearsal>;
}

/** The last check of each worker type against the account. */
export interface CheckBoard {
  /** All reports, or those of a range of worker types, in no order. */
  load(range?: NameRange): Promise<CheckReport[]>;
  /** Replaces the reports of these types and leaves the others alone. */
  save(reports: readonly CheckReport[]): Promise<void>;
  /** Forgets the types named, also those it knows nothing of. */
  remove(workerTypes: readonly string[]): Promise<void>;
}

/** A launch template of this provisioner. */
export interface LaunchTemplate {
  readonly region: string;
  readonly templateId: string;
  /** Made of its content: one name never means two things. */
  readonly name: string;
  /** Absent when its tags name none. */
  readonly workerType: string | undefined;
  readonly createdAt: EpochMillis;
}

/** What came of the wish to delete launch templates, by template id. */
export interface RemoveTemplatesOutcome {
  readonly removed: readonly string[];
  readonly failed: readonly { readonly templateId: string; readonly code: string; readonly message: string }[];
}

/** The launch templates of one provisioner. Templates without its owner tag do not exist for it. */
export interface LaunchTemplates {
  /** Those of every region. A region is in it whole or, with the cause in `unread`, not at all. */
  list(): Promise<{ readonly templates: readonly LaunchTemplate[]; readonly unread: ReadonlyMap<string, string> }>;
  /** What launches of a definition may use, whatever their market and pools. Throws when its requests cannot be built. */
  namesOf(definition: WorkerType): readonly Pick<LaunchTemplate, 'region' | 'name'>[];
  /** Deletes those that are this provisioner's; what is not, or is gone, fails and does not save the others. */
  remove(templates: readonly LaunchTemplate[]): Promise<RemoveTemplatesOutcome>;
}
