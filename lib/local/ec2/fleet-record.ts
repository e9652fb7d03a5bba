import type { CreateFleetError, CreateFleetInstance, CreateFleetRequest } from '@aws-sdk/client-ec2';

/** An instant fleet: what was asked and what came of it. */
export interface FleetRecord {
  readonly fleetId: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly request: CreateFleetRequest;
  readonly tags: Map<string, string>;
  readonly instances: readonly CreateFleetInstance[];
  readonly errors: readonly CreateFleetError[];
  /** Units launched, of both markets and of on-demand alone. */
  readonly fulfilledUnits: number;
  readonly fulfilledOnDemandUnits: number;
}
