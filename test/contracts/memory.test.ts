import { describeBacklog } from './backlog.contract.ts';
import { describeControls, describeDecisions, describePoolMemory } from './engine-state.contract.ts';
import { describeErrorLog } from './error-log.contract.ts';
import { describeEventBus } from './event-bus.contract.ts';
import { describeFleet } from './fleet.contract.ts';
import { describeLaunchBudget } from './launch-budget.contract.ts';
import { describeLaunchLedger } from './launch-ledger.contract.ts';
import { describeLeases } from './leases.contract.ts';
import { describeStatusBoard } from './status-board.contract.ts';
import { memorySubject } from './subject.ts';
import { describeVersionHistory } from './version-history.contract.ts';
import { describeWorkerTypes } from './worker-types.contract.ts';

const NAME = 'in memory';

describeBacklog(NAME, memorySubject);
describeWorkerTypes(NAME, memorySubject);
describeLeases(NAME, memorySubject);
describeLaunchLedger(NAME, memorySubject);
describeStatusBoard(NAME, memorySubject);
describeVersionHistory(NAME, memorySubject);
describeFleet(NAME, memorySubject);
describePoolMemory(NAME, memorySubject);
describeControls(NAME, memorySubject);
describeDecisions(NAME, memorySubject);
describeLaunchBudget(NAME, memorySubject);
describeEventBus(NAME, memorySubject);
describeErrorLog(NAME, memorySubject);
