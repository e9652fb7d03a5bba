import { describeBacklog } from './backlog.contract.ts';
import { describeFleet } from './fleet.contract.ts';
import { describeLaunchLedger } from './launch-ledger.contract.ts';
import { describeLeases } from './leases.contract.ts';
import { describeStatusBoard } from './status-board.contract.ts';
import { memorySubject } from './subject.ts';
import { describeWorkerTypes } from './worker-types.contract.ts';

const NAME = 'in memory';

describeBacklog(NAME, memorySubject);
describeWorkerTypes(NAME, memorySubject);
describeLeases(NAME, memorySubject);
describeLaunchLedger(NAME, memorySubject);
describeStatusBoard(NAME, memorySubject);
describeFleet(NAME, memorySubject);
