import type { EpochMillis } from '../core/units.ts';

/**
 * Keys of the state table. Every partition carries the provisionerId, so provisioners that share a table do not meet.
 *
 * | pk                | sk           | what                                          | expires |
 * |-------------------|--------------|-----------------------------------------------|---------|
 * | `ID#LEASE`        | `provision`  | who runs a tick, until when, and the fence     | never   |
 * | `ID#LAUNCH`       | `TIME#ID`    | a launch intent and its outcome                | 7 days  |
 * | `ID#STATUS`       | `type#NAME`  | what the last tick decided for a worker type   | never   |
 * | `ID#STATUS`       | `run#NAME`   | the last tick, the last run of the reaper      | never   |
 */
export const stateKeys = {
  lease: (provisionerId: string) => ({ pk: `${provisionerId}#LEASE`, sk: 'provision' }),
  launches: (provisionerId: string) => `${provisionerId}#LAUNCH`,
  /** Begins with the time of opening, so that a range of keys is a range of time. */
  launch: (provisionerId: string, openedAt: EpochMillis, launchId: string) => ({
    pk: `${provisionerId}#LAUNCH`,
    sk: `${openedAt}#${launchId}`,
  }),
  statuses: (provisionerId: string) => `${provisionerId}#STATUS`,
  workerType: (provisionerId: string, workerType: string) => ({
    pk: `${provisionerId}#STATUS`,
    sk: `type#${workerType}`,
  }),
  run: (provisionerId: string, name: 'tick' | 'reap') => ({ pk: `${provisionerId}#STATUS`, sk: `run#${name}` }),
} as const;

/** `leaseUntil` of a lease that was given back: unlike one that ran out, it cannot be renewed or written under. */
export const RELEASED = 0;

/** Launch records serve the loops for minutes and people for days. */
export const LAUNCH_RECORD_SECONDS = 7 * 24 * 3600;
