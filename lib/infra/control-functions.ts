import { Duration, Stack } from 'aws-cdk-lib';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IDestination } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { envNames } from '../control/config.ts';
import { acknowledge } from './acknowledge.ts';
import { grantCheck } from './check-permissions.ts';
import { streamArnOf } from './definition-changes.ts';
import { NodeFunction } from './node-function.ts';
import { grantProvision } from './provision-permissions.ts';
import type { ProvisionerTables } from './provisioner-tables.ts';
import { grantReap } from './reap-permissions.ts';
import { workerRegions } from './regions.ts';
import type { InfraSettings } from './settings.ts';
import type { WorkerIdentity } from './worker-identity.ts';

/** Half a minute for a tick that began late: the next invocation, a minute after this one, waits for its lease. */
const PROVISION_TIMEOUT_SECONDS = 90;
/** Ticks begin all through the minute until the next invocation, so that no task waits longer than `tickSeconds`. */
const PROVISION_INVOCATION_SECONDS = 59;
/** A sweep of 10,000 instances is ten pages; two minutes leave room for throttling. */
const REAP_TIMEOUT_SECONDS = 120;
/** Look-ups of dozens of worker types in several regions, and a dry run of each, at a few calls a second. */
const CHECK_TIMEOUT_SECONDS = 300;
/** `reap` and `check` take about 110 MB and mostly wait, so memory, which is what waiting costs, is kept low. */
const MEMORY_MIB = 256;

interface ControlFunctionsProps {
  readonly settings: InfraSettings;
  readonly tables: ProvisionerTables;
  readonly bus: EventBus;
  readonly workers: WorkerIdentity;
  readonly deadLetters: Queue;
  /** Folder with one bundle a handler. */
  readonly bundles: string;
}

/** The loops as Lambda functions: `provision` launches, `reap` ends, `check` looks after definitions. */
export class ControlFunctions extends Construct {
  readonly provision: NodeFunction;
  readonly reap: NodeFunction;
  readonly check: NodeFunction;

  constructor(
    scope: Construct,
    id: string,
    { settings, tables, bus, workers, deadLetters, bundles }: ControlFunctionsProps,
  ) {
    super(scope, id);
    const { provisionerId, tickSeconds, typesPerShard, quietQueueSeconds, memoryMiB, logRetentionDays } = settings;
    const { workerTypes, state } = tables;
    const environment = {
      [envNames.provisionerId]: provisionerId,
      [envNames.workerTypesTable]: workerTypes.tableName,
      [envNames.stateTable]: state.tableName,
      [envNames.eventBus]: bus.eventBusName,
      [envNames.regions]: workerRegions(Stack.of(this), settings).join(),
    };
    const workerProfile = { [envNames.workerInstanceProfileArn]: workers.instanceProfile.instanceProfileArn };
    const common = { memoryMiB: MEMORY_MIB, logRetention: logRetentionDays satisfies number as RetentionDays };
    this.provision = new NodeFunction(this, 'Provision', {
      ...common,
      description: `Spot provisioner ${provisionerId}: launches workers for waiting tasks`,
      bundle: `${bundles}/provision`,
      memoryMiB,
      timeoutSeconds: PROVISION_TIMEOUT_SECONDS,
      environment: {
        ...environment,
        ...workerProfile,
        [envNames.tickSeconds]: String(tickSeconds),
        [envNames.invocationSeconds]: String(PROVISION_INVOCATION_SECONDS),
        [envNames.typesPerShard]: String(typesPerShard),
        [envNames.quietQueueSeconds]: String(quietQueueSeconds),
      },
    });
    this.reap = new NodeFunction(this, 'Reap', {
      ...common,
      description: `Spot provisioner ${provisionerId}: terminates workers that outlived their purpose`,
      bundle: `${bundles}/reap`,
      timeoutSeconds: REAP_TIMEOUT_SECONDS,
      environment,
    });
    this.check = new NodeFunction(this, 'Check', {
      ...common,
      description: `Spot provisioner ${provisionerId}: checks definitions and keeps their versions`,
      bundle: `${bundles}/check`,
      timeoutSeconds: CHECK_TIMEOUT_SECONDS,
      environment: { ...environment, ...workerProfile },
    });
    const changes = streamArnOf(workerTypes);
    grantProvision(this.provision.role, { settings, workerTypes, state, bus, workerRole: workers.role });
    grantReap(this.reap.role, { settings, workerTypes, state });
    grantCheck(this.check.role, { settings, workerTypes, changes, state, bus, workerRole: workers.role });
    for (const nodeFunction of [this.provision, this.reap, this.check]) neverRepeat(nodeFunction, deadLetters);
  }
}

/** A failed invocation is not repeated: the next one is at hand and sees a newer world. The event is kept to be read. */
function neverRepeat({ function: lambda, role }: NodeFunction, deadLetters: Queue): void {
  // The library's SqsDestination grants more actions than Lambda uses.
  const onFailure: IDestination = { bind: () => ({ destination: deadLetters.queueArn }) };
  role.addToPrincipalPolicy(
    new PolicyStatement({ sid: 'KeepFailures', actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }),
  );
  lambda.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.seconds(60), onFailure });
  acknowledge(
    lambda,
    'Serverless::Serverless-LambdaDLQ',
    'An on-failure destination, which the rule does not see, takes the place of the dead-letter setting.',
  );
}
