import { describeBacklog } from './backlog.contract.ts';
import { describeFleet } from './fleet.contract.ts';
import { describeLaunchLedger } from './launch-ledger.contract.ts';
import { describeLeases } from './leases.contract.ts';
import { describeStatusBoard } from './status-board.contract.ts';
import { awsSubject } from './subject.ts';
import { describeWorkerTypes } from './worker-types.contract.ts';

const NAME = 'AWS SDK over HTTP';

describeBacklog(NAME, awsSubject);
describeWorkerTypes(NAME, awsSubject);
describeLeases(NAME, awsSubject);
describeLaunchLedger(NAME, awsSubject);
describeStatusBoard(NAME, awsSubject);
describeFleet(NAME, awsSubject);
