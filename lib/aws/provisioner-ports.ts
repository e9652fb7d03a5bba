import type { ProvisionerConfig } from '../control/config.ts';
import type { Clock, Telemetry } from '../control/ports.ts';
import type { AwsClients } from './clients.ts';
import { DynamoLaunchLedger } from './dynamo-launch-ledger.ts';
import { DynamoLeases } from './dynamo-leases.ts';
import { DynamoStatusBoard } from './dynamo-status-board.ts';
import { DynamoWorkerTypes } from './dynamo-worker-types.ts';
import { Ec2Fleet } from './ec2-fleet.ts';
import { SqsBacklog } from './sqs-backlog.ts';
import { systemClock } from './system-clock.ts';

/** What a launch needs; a process that launches nothing (the reaper) leaves both empty. */
export interface LaunchSettings {
  readonly workerInstanceProfileArn: string;
  readonly workerProgram: string;
}

/** Every port of one provisioner on AWS, or on whatever the clients' endpoints are. */
export function provisionerPorts(
  config: ProvisionerConfig,
  clients: AwsClients,
  settings: LaunchSettings,
  telemetry: Telemetry,
  clock: Clock = systemClock,
) {
  const { provisionerId, workerTypesTable, stateTable, region } = config;
  const { dynamoDb, sqs } = clients;
  const fleetSettings = {
    region,
    instanceProfileArn: settings.workerInstanceProfileArn,
    workerProgram: settings.workerProgram,
  };
  return {
    clock,
    telemetry,
    workerTypes: new DynamoWorkerTypes(dynamoDb, workerTypesTable, provisionerId),
    backlog: new SqsBacklog(sqs, clock),
    fleet: new Ec2Fleet(clients, provisionerId, fleetSettings, clock),
    leases: new DynamoLeases(dynamoDb, stateTable, provisionerId, clock),
    ledger: new DynamoLaunchLedger(dynamoDb, stateTable, provisionerId),
    board: new DynamoStatusBoard(dynamoDb, stateTable, provisionerId),
  };
}
export type ProvisionerPorts = ReturnType<typeof provisionerPorts>;
