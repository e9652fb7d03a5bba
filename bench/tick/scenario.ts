import type { Endpoints } from '../../lib/aws/clients.ts';
import type { ProvisionerConfig } from '../../lib/control/config.ts';
import { localRegion } from '../../lib/local/ec2/catalogue.ts';

/** What stands in the tables and in EC2 before the first tick. */
export interface Scenario {
  readonly workerTypes: number;
  /** Running instances of each worker type. */
  readonly instances: number;
}

/** What a process with endpoints can be told; it answers when it is done. */
export type EndpointsOrder =
  | { readonly kind: 'start-ec2'; readonly scenario: Scenario }
  | { readonly kind: 'start-tables-and-queues'; readonly scenario: Scenario }
  /** Puts one more task than there are workers into every tenth queue. */
  | { readonly kind: 'load' };

/** What the process that ticks can be told. */
export type TickOrder =
  | { readonly kind: 'connect'; readonly endpoints: Endpoints }
  | {
      readonly kind: 'tick';
      readonly typesPerShard: number;
      readonly quietQueueSeconds: number;
      /** Time that goes by before. */
      readonly afterSeconds: number;
    };

/** One tick, or all shards of one, in figures. */
export interface Measured {
  readonly shards: number;
  /** Of all shards, one after the other. */
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly slowestWallMs: number;
  readonly slowestCpuMs: number;
  /** Highest resident memory of the process so far. */
  readonly peakMiB: number;
  /** HTTP requests by service and action. */
  readonly calls: Readonly<Record<string, number>>;
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly logBytes: number;
}

export const config: ProvisionerConfig = {
  provisionerId: 'bench',
  workerTypesTable: 'worker-types',
  stateTable: 'state',
  eventBus: 'bus',
  region: localRegion,
  regions: [localRegion],
};

/** Of a Lambda only its size matters to a tick. */
export const launchSettings = {
  workerInstanceProfileArn: 'arn:aws:iam::000000000000:instance-profile/worker',
  workerProgram: 'process.exit(0);',
};

/** The share of queues that `load` fills. */
export const LOADED_SHARE = 0.1;

export const nameOf = (index: number): string => `type-${String(index).padStart(5, '0')}`;
