import { FIRST_SHARD } from '../control/shards.ts';
import type { Platform } from '../core/price-book.ts';
import type { EpochMillis } from '../core/units.ts';

/** With what the sort keys of shards begin. */
export const SHARD_KEYS = 'shard';

/**
 * Keys of the state table. Every partition carries the provisionerId, so provisioners that share a table do not meet.
 *
 * | pk                | sk                | what                                             | expires |
 * | ----------------- | ----------------- | ------------------------------------------------ | ------- |
 * | `ID#LEASE`        | `shard`, `shard#SHARD` | a shard: its names, who runs a tick, the fence | never   |
 * | `ID#LEASE`        | `noted#SHARD`     | worker types to be served by the holder of the lease | an hour |
 * | `ID#LEASE`        | `provision`       | keeps out versions that know no shards           | never   |
 * | `ID#LAUNCH`, `ID#LAUNCH#SHARD` | `TIME#ID` | a launch intent and its outcome             | 7 days  |
 * | `ID#STATUS`       | `type#NAME`       | what the last tick decided for a worker type     | never   |
 * | `ID#STATUS`       | `run#tick`, `run#tick#SHARD`, `run#reap` | the last tick of a shard, the last run of the reaper | ticks: 30 days |
 * | `ID#POOLS`        | region, market, pool | a pool that is not tried for a while         | when it is over |
 * | `ID#CONTROL`      | worker type  | pauses and resumptions                         | never   |
 * | `ID#DECISION#NAME`| time         | why something was launched or not              | 7 days  |
 * | `ID#ERROR`        | worker type  | when the last error of a type was              | 14 days |
 * | `ID#ERROR#NAME`   | hour and kind | an error, and how often it was met in the hour  | 14 days |
 * | `ID#CHECK`        | worker type  | the last check against the account             | never   |
 * | `ID#BUDGET`       | region       | how many launch requests may be sent now       | never   |
 * | `ID#VERSION#NAME` | `000000000N`      | a version of a worker type's definition          | never   |
 * | `ID#PRICES`       | `REGION#PLATFORM` | spot prices of a region, and when they were read | 7 days  |
 */
export const stateKeys = {
  leases: (provisionerId: string) => `${provisionerId}#LEASE`,
  lease: (provisionerId: string, shard: string) => ({
    pk: `${provisionerId}#LEASE`,
    sk: shard === FIRST_SHARD ? SHARD_KEYS : `${SHARD_KEYS}#${shard}`,
  }),
  /** The one lease of versions that know no shards: taken for ever, so that none of them launches beside a shard. */
  leaseOfOld: (provisionerId: string) => ({ pk: `${provisionerId}#LEASE`, sk: 'provision' }),
  notes: (provisionerId: string, shard: string) => ({ pk: `${provisionerId}#LEASE`, sk: `noted#${shard}` }),
  launches: ledgerKey,
  statuses: (provisionerId: string) => `${provisionerId}#STATUS`,
  workerType: (provisionerId: string, workerType: string) => ({
    pk: `${provisionerId}#STATUS`,
    sk: `type#${workerType}`,
  }),
  /** Begins with the time of opening, so that a range of keys is a range of time. */
  launch: (provisionerId: string, shard: string, openedAt: EpochMillis, launchId: string) => ({
    pk: ledgerKey(provisionerId, shard),
    sk: `${openedAt}#${launchId}`,
  }),
  prices: (provisionerId: string) => `${provisionerId}#PRICES`,
  regionPrices: (provisionerId: string, region: string, platform: Platform) => ({
    pk: `${provisionerId}#PRICES`,
    sk: `${region}#${platform}`,
  }),
  tick: (provisionerId: string, shard: string) => ({
    pk: `${provisionerId}#STATUS`,
    sk: shard === FIRST_SHARD ? 'run#tick' : `run#tick#${shard}`,
  }),
  reap: (provisionerId: string) => ({ pk: `${provisionerId}#STATUS`, sk: 'run#reap' }),
  versions: (provisionerId: string, workerType: string) => `${provisionerId}#VERSION#${workerType}`,
  /** Padded, so that the order of keys is the order of numbers. */
  version: (provisionerId: string, workerType: string, version: number) => ({
    pk: `${provisionerId}#VERSION#${workerType}`,
    sk: String(version).padStart(10, '0'),
  }),
  cooldowns: (provisionerId: string) => `${provisionerId}#POOLS`,
  cooldown: (provisionerId: string, key: string) => ({ pk: `${provisionerId}#POOLS`, sk: key }),
  controls: (provisionerId: string) => `${provisionerId}#CONTROL`,
  control: (provisionerId: string, workerType: string) => ({ pk: `${provisionerId}#CONTROL`, sk: workerType }),
  decisions: (provisionerId: string, workerType: string) => `${provisionerId}#DECISION#${workerType}`,
  decision: (provisionerId: string, workerType: string, at: EpochMillis) => ({
    pk: `${provisionerId}#DECISION#${workerType}`,
    sk: String(at),
  }),
  erringTypes: (provisionerId: string) => `${provisionerId}#ERROR`,
  erringType: (provisionerId: string, workerType: string) => ({ pk: `${provisionerId}#ERROR`, sk: workerType }),
  errors: (provisionerId: string, workerType: string) => `${provisionerId}#ERROR#${workerType}`,
  error: (provisionerId: string, workerType: string, key: string) => ({
    pk: `${provisionerId}#ERROR#${workerType}`,
    sk: key,
  }),
  checks: (provisionerId: string) => `${provisionerId}#CHECK`,
  check: (provisionerId: string, workerType: string) => ({ pk: `${provisionerId}#CHECK`, sk: workerType }),
  budget: (provisionerId: string, region: string) => ({ pk: `${provisionerId}#BUDGET`, sk: region }),
} as const;

function ledgerKey(provisionerId: string, shard: string): string {
  return shard === FIRST_SHARD ? `${provisionerId}#LAUNCH` : `${provisionerId}#LAUNCH#${shard}`;
}

/** `leaseUntil` of a lease that was given back: unlike one that ran out, it cannot be renewed or written under. */
export const RELEASED = 0;

/** Notes are taken within seconds; those of a shard that was merged away are of no use. */
export const NOTE_SECONDS = 3600;

/** A tick that is so long ago says nothing of now. */
export const TICK_REPORT_SECONDS = 30 * 24 * 3600;

/** Launch records serve the loops for minutes and people for days. */
export const LAUNCH_RECORD_SECONDS = 7 * 24 * 3600;

/** Prices this old serve nobody: a region that nothing is launched in any more leaves the table. */
export const PRICES_RECORD_SECONDS = 7 * 24 * 3600;

/** Decisions are asked about while people remember the day. */
export const DECISION_SECONDS = 7 * 24 * 3600;

/** Errors are asked about after a holiday. */
export const ERROR_SECONDS = 14 * 24 * 3600;
