import type { ProvisionerConfig } from '../control/config.ts';
import type { Clock, Telemetry } from '../control/ports.ts';
import { CachedPrices } from './cached-prices.ts';
import type { AwsClients } from './clients.ts';
import { DynamoCheckBoard } from './dynamo-check-board.ts';
import { DynamoDecisions } from './dynamo-decisions.ts';
import { DynamoControls, DynamoPoolMemory } from './dynamo-engine-state.ts';
import { DynamoErrorLog } from './dynamo-error-log.ts';
import { DynamoLaunchBudget } from './dynamo-launch-budget.ts';
import { DynamoLaunchLedger } from './dynamo-launch-ledger.ts';
import { DynamoLeases } from './dynamo-leases.ts';
import { DynamoStatusBoard } from './dynamo-status-board.ts';
import { DynamoVersionHistory } from './dynamo-version-history.ts';
import { DynamoWorkerTypes } from './dynamo-worker-types.ts';
import { Ec2Fleet } from './ec2-fleet.ts';
import { Ec2SpotPrices, type PricesFailure } from './ec2-spot-prices.ts';
import { EventBridgeBus } from './eventbridge-bus.ts';
import { SqsBacklog } from './sqs-backlog.ts';
import { StateTable } from './state-table.ts';
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
  const { provisionerId, workerTypesTable, stateTable, eventBus, region } = config;
  const { dynamoDb, sqs, events } = clients;
  const fleetSettings = {
    homeRegion: region,
    regions: config.regions,
    instanceProfileArn: settings.workerInstanceProfileArn,
    workerProgram: settings.workerProgram,
  };
  const pricesTrouble = (failure: PricesFailure) => telemetry.event('warn', 'prices-unreadable', { ...failure });
  const state = new StateTable(dynamoDb, stateTable, provisionerId);
  const pricesTable = { client: dynamoDb, stateTable, provisionerId };
  return {
    clock,
    telemetry,
    workerTypes: new DynamoWorkerTypes(dynamoDb, workerTypesTable, provisionerId),
    backlog: new SqsBacklog(sqs, clock),
    fleet: new Ec2Fleet(clients, provisionerId, fleetSettings, clock),
    leases: new DynamoLeases(state, clock),
    ledger: new DynamoLaunchLedger(state),
    board: new DynamoStatusBoard(state),
    poolMemory: new DynamoPoolMemory(state, clock),
    controls: new DynamoControls(state),
    decisions: new DynamoDecisions(state),
    errorLog: new DynamoErrorLog(state),
    budget: new DynamoLaunchBudget(state, clock),
    checkBoard: new DynamoCheckBoard(state),
    prices: new CachedPrices(new Ec2SpotPrices(clients, clock, pricesTrouble), pricesTable, clock, pricesTrouble),
    bus: new EventBridgeBus(events, eventBus, provisionerId),
    history: new DynamoVersionHistory(state),
  };
}
export type ProvisionerPorts = ReturnType<typeof provisionerPorts>;
