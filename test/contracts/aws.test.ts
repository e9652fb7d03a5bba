import { describeBacklog } from './backlog.contract.ts';
import { describeControls, describeDecisions, describePoolMemory } from './engine-state.contract.ts';
import { describeErrorLog } from './error-log.contract.ts';
import { describeEventBus } from './event-bus.contract.ts';
import { describeFleet } from './fleet.contract.ts';
import { describeLaunchBudget } from './launch-budget.contract.ts';
import { describeLaunchLedger } from './launch-ledger.contract.ts';
import { describeLeases } from './leases.contract.ts';
import { describeStatusBoard } from './status-board.contract.ts';
import { awsSubject } from './subject.ts';
import { describeVersionHistory } from './version-history.contract.ts';
import { describeWorkerTypes } from './worker-types.contract.ts';

const NAME = 'AWS SDK over HTTP';

describeBacklog(NAME, awsSubject);
describeWorkerTypes(NAME, awsSubject);
describeLeases(NAME, awsSubject);
describeLaunchLedger(NAME, awsSubject);
describeStatusBoard(NAME, awsSubject);
describeVersionHistory(NAME, awsSubject);
describeFleet(NAME, awsSubject);
describePoolMemory(NAME, awsSubject);
describeControls(NAME, awsSubject);
describeDecisions(NAME, awsSubject);
describeLaunchBudget(NAME, awsSubject);
describeEventBus(NAME, awsSubject);
describeErrorLog(NAME, awsSubject);
