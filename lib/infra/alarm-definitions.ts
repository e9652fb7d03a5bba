import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { METRIC_DIMENSION, METRIC_NAMESPACE, type MetricName, metricNames } from '../control/telemetry.ts';
import type { ControlFunctions } from './control-functions.ts';

/** One thing that a person should know of, and what that person does first. */
export interface AlarmDefinition {
  /** Part of the alarm's name, and the anchor of its section in docs/operations.md. */
  readonly name: string;
  readonly meaning: string;
  readonly firstStep: string;
  readonly metric: IMetric;
  /** `failures`: 1 or more is bad, silence is good. `sign-of-life`: less than 1 is bad, silence too. */
  readonly watches: 'failures' | 'sign-of-life';
  /** Periods looked at, and how many of them must be bad. */
  readonly periods: number;
  readonly badPeriods: number;
}

interface Watched {
  readonly provisionerId: string;
  readonly functions: ControlFunctions;
  readonly deadLetters: Queue;
  readonly spendAlarmUsdPerHour: number | undefined;
}

/** Every alarm of a provisioner. */
export const alarmDefinitions = (watched: Watched): readonly AlarmDefinition[] => [
  ...signsOfLife(watched),
  ...loopFailures(watched),
  ...noticeFailures(watched),
  ...platformFailures(watched),
  ...spend(watched),
];

/** A metric that the loops count themselves, summed over a period. */
const own = (
  { provisionerId }: Watched,
  metricName: MetricName,
  minutes: number,
  statistic: string = Stats.SUM,
): IMetric =>
  new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { [METRIC_DIMENSION]: provisionerId },
    period: Duration.minutes(minutes),
    statistic,
  });

/** Workers come and go: a peak of minutes is no reason to call. */
const SPEND_PERIODS = 3;

function spend(watched: Watched): AlarmDefinition[] {
  const { spendAlarmUsdPerHour: limit } = watched;
  if (limit === undefined) return [];
  return [
    {
      name: 'spend-high',
      meaning: `All workers together cost more than ${limit} USD an hour. Nothing is stopped by this.`,
      firstStep:
        'See with provisioner status which worker types cost most, and whether their tasks are meant to be there.',
      metric: new MathExpression({
        expression: `IF(spend > ${limit}, 1, 0)`,
        usingMetrics: { spend: own(watched, metricNames.spendUsdPerHour, 5, Stats.MAXIMUM) },
        period: Duration.minutes(5),
        label: 'Too much',
      }),
      watches: 'failures',
      periods: SPEND_PERIODS,
      badPeriods: SPEND_PERIODS,
    },
  ];
}

function signsOfLife(watched: Watched): AlarmDefinition[] {
  return [
    {
      name: 'no-provisioner-tick',
      meaning: 'No tick came to its end for five minutes: nothing is launched, whatever waits.',
      firstStep: 'Look at the newest tick-failed and tick-skipped events in the log of the provision function.',
      metric: own(watched, metricNames.tickSucceeded, 1),
      watches: 'sign-of-life',
      periods: 5,
      badPeriods: 5,
    },
    {
      name: 'reaper-missing',
      meaning: 'The reaper has not come to its end for 20 minutes: workers may outlive their purpose and cost money.',
      firstStep: 'Look at the newest events in the log of the reap function.',
      metric: own(watched, metricNames.reapSucceeded, 5),
      watches: 'sign-of-life',
      periods: 4,
      badPeriods: 4,
    },
    {
      name: 'check-missing',
      meaning: 'Definitions have not been checked for 40 minutes: what they name may be gone without notice.',
      firstStep: 'Look at the newest events in the log of the check function.',
      metric: own(watched, metricNames.checkSucceeded, 5),
      watches: 'sign-of-life',
      periods: 8,
      badPeriods: 8,
    },
  ];
}

function loopFailures(watched: Watched): AlarmDefinition[] {
  return [
    {
      name: 'provisioning-failures',
      meaning: 'The turn of at least one worker type failed in three of five minutes; the others go on.',
      firstStep: 'Run `npm run provisioner -- status` and read the decision of the types that are marked failed.',
      metric: own(watched, metricNames.provisioningFailures, 1),
      watches: 'failures',
      // A single failed read is the cloud's ordinary weather.
      periods: 5,
      badPeriods: 3,
    },
    {
      name: 'launch-failures',
      meaning: 'EC2 refused a launch for a reason that a person has to mend: a quota, a permission, a definition.',
      firstStep: 'Run `npm run provisioner -- status` and read the refusals of the last launch.',
      metric: own(watched, metricNames.launchFailures, 5),
      watches: 'failures',
      // A refused type is tried again every five minutes: the alarm lasts until three tries went well.
      periods: 3,
      badPeriods: 1,
    },
    {
      name: 'invalid-worker-types',
      meaning: 'At least one worker type cannot be read as a definition: it launches nothing, its workers stay.',
      firstStep: 'Run `npm run provisioner -- status`: it lists every field that is wrong.',
      metric: own(watched, metricNames.invalidWorkerTypes, 5, Stats.MAXIMUM),
      watches: 'failures',
      periods: 1,
      badPeriods: 1,
    },
    {
      name: 'unlaunchable-worker-types',
      meaning: 'For at least one worker type nothing can be launched: what it names is gone, or does not fit together.',
      firstStep: 'Run `npm run provisioner -- doctor`: it says what is missing, field by field.',
      metric: own(watched, metricNames.unlaunchableWorkerTypes, 15, Stats.MAXIMUM),
      watches: 'failures',
      periods: 1,
      badPeriods: 1,
    },
    {
      name: 'check-failures',
      meaning: 'Checking definitions, keeping a change in its history or deleting unused launch templates failed.',
      firstStep: 'Look at the newest warn and error events in the log of the check function.',
      metric: own(watched, metricNames.checkFailures, 15),
      watches: 'failures',
      periods: 1,
      badPeriods: 1,
    },
    {
      name: 'reaper-failures',
      meaning: 'Workers that are to be terminated could not be, in two of three runs.',
      firstStep: 'Look at the worker-not-reaped events in the log of the reap function; end the instances by hand.',
      metric: own(watched, metricNames.reapFailures, 5),
      watches: 'failures',
      periods: 3,
      badPeriods: 2,
    },
    {
      name: 'ec2-throttles',
      meaning: 'EC2 has refused launches as too many calls for a quarter of an hour: launches come late.',
      firstStep: 'See in CloudTrail who else calls EC2 in this account and region.',
      metric: own(watched, metricNames.ec2Throttles, 5),
      watches: 'failures',
      periods: 3,
      badPeriods: 3,
    },
  ];
}

function noticeFailures(watched: Watched): AlarmDefinition[] {
  return [
    {
      name: 'notice-failures',
      meaning: 'Changes of worker types could not be put on the event bus for ten minutes: owners do not hear of them.',
      firstStep: 'Look at the newest notices-failed event in the log of the provision function.',
      metric: own(watched, metricNames.noticeFailures, 5),
      watches: 'failures',
      // The next tick tries again.
      periods: 2,
      badPeriods: 2,
    },
  ];
}

/** Age of the oldest change that has not been taken out of the stream. */
const LATE_MS = 15 * 60_000;

function platformFailures({ functions: { provision, reap, check }, deadLetters }: Watched): AlarmDefinition[] {
  return [
    {
      name: 'provision-errors',
      meaning: 'The provision function ended with an error or ran out of time in three of five minutes.',
      firstStep: 'Look at the newest tick-failed event, or the last line of the invocation, in its log.',
      metric: provision.function.metricErrors({ period: Duration.minutes(1) }),
      watches: 'failures',
      periods: 5,
      badPeriods: 3,
    },
    {
      name: 'reap-errors',
      meaning: 'The reap function ended with an error or ran out of time in two of three runs.',
      firstStep: 'Look at the last line of the invocation in its log.',
      metric: reap.function.metricErrors({ period: Duration.minutes(5) }),
      watches: 'failures',
      periods: 3,
      badPeriods: 2,
    },
    {
      name: 'function-throttles',
      meaning: "Lambda refused to start a loop: the account's concurrency is used up.",
      firstStep: 'Look at ConcurrentExecutions and the concurrency quota of Lambda in this account and region.',
      metric: new MathExpression({
        // A function that was not invoked has no value, and no value plus a throttle would be no value.
        expression: 'FILL(provision, 0) + FILL(reap, 0) + FILL(check, 0)',
        usingMetrics: {
          provision: provision.function.metricThrottles(),
          reap: reap.function.metricThrottles(),
          check: check.function.metricThrottles(),
        },
        period: Duration.minutes(5),
        label: 'Throttles',
      }),
      watches: 'failures',
      periods: 1,
      badPeriods: 1,
    },
    {
      name: 'changes-late',
      meaning: 'Changes of definitions wait for a quarter of an hour to be kept and checked, or are being tried again.',
      firstStep: 'Look at the newest check-failed events in the log of the check function.',
      metric: new MathExpression({
        expression: `IF(age > ${LATE_MS}, 1, 0)`,
        usingMetrics: { age: check.function.metric('IteratorAge', { statistic: Stats.MAXIMUM }) },
        period: Duration.minutes(5),
        label: 'Late',
      }),
      watches: 'failures',
      periods: 1,
      badPeriods: 1,
    },
    {
      name: 'dead-letters',
      meaning: 'Invocations of a loop fail or never take place; their events gather in the dead-letter queue.',
      firstStep: 'Read the newest message in the queue: it names the function and the error.',
      // What arrives and not what lies there: a single failure is kept as evidence for days and is no reason to call.
      metric: deadLetters.metricNumberOfMessagesSent({ period: Duration.minutes(5) }),
      watches: 'failures',
      periods: 3,
      badPeriods: 2,
    },
  ];
}
