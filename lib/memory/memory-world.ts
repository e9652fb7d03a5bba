import { MemoryBacklog } from './memory-backlog.ts';
import { MemoryCheckBoard } from './memory-check-board.ts';
import { MemoryClock } from './memory-clock.ts';
import { MemoryControls, MemoryDecisions, MemoryLaunchBudget, MemoryPoolMemory } from './memory-engine-state.ts';
import { MemoryErrorLog } from './memory-error-log.ts';
import { MemoryEventBus } from './memory-event-bus.ts';
import { MemoryFleet, type MemoryFleetSettings } from './memory-fleet.ts';
import { MemoryLeases } from './memory-leases.ts';
import { MemoryPrices } from './memory-prices.ts';
import { MemoryLedger, MemoryStatusBoard } from './memory-state.ts';
import { MemoryTelemetry } from './memory-telemetry.ts';
import { MemoryVersionHistory } from './memory-version-history.ts';
import { MemoryWorkerTypes } from './memory-worker-types.ts';

/** Every port in memory, on one clock. */
export interface MemoryWorld {
  readonly clock: MemoryClock;
  readonly backlog: MemoryBacklog;
  readonly workerTypes: MemoryWorkerTypes;
  readonly fleet: MemoryFleet;
  readonly leases: MemoryLeases;
  readonly ledger: MemoryLedger;
  readonly board: MemoryStatusBoard;
  readonly history: MemoryVersionHistory;
  readonly telemetry: MemoryTelemetry;
  readonly poolMemory: MemoryPoolMemory;
  readonly controls: MemoryControls;
  readonly decisions: MemoryDecisions;
  readonly budget: MemoryLaunchBudget;
  readonly prices: MemoryPrices;
  readonly checkBoard: MemoryCheckBoard;
  readonly bus: MemoryEventBus;
  readonly errorLog: MemoryErrorLog;
}

/** A world at the given instant with no worker type, queue or worker in it. */
export function memoryWorld(startAt: number, fleet: Partial<MemoryFleetSettings> = {}): MemoryWorld {
  const clock = new MemoryClock(startAt);
  const leases = new MemoryLeases(clock);
  return {
    clock,
    backlog: new MemoryBacklog(clock),
    workerTypes: new MemoryWorkerTypes(),
    fleet: new MemoryFleet(clock, fleet),
    leases,
    ledger: new MemoryLedger(leases),
    board: new MemoryStatusBoard(leases),
    history: new MemoryVersionHistory(),
    telemetry: new MemoryTelemetry(),
    poolMemory: new MemoryPoolMemory(clock),
    controls: new MemoryControls(),
    decisions: new MemoryDecisions(),
    budget: new MemoryLaunchBudget(clock),
    prices: new MemoryPrices(clock),
    checkBoard: new MemoryCheckBoard(),
    bus: new MemoryEventBus(),
    errorLog: new MemoryErrorLog(),
  };
}
