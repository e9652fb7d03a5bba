import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METRIC_DIMENSION, METRIC_NAMESPACE, metricNames } from '../../lib/control/telemetry.ts';
import { resolve } from '../support/iam/resolve.ts';
import { resourcesOf } from '../support/iam/template.ts';
import { onlyTemplate, synthesize } from './synthesized.ts';

interface WatchedMetric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
}

interface Alarm extends Partial<WatchedMetric> {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly AlarmActions: readonly string[];
  readonly OKActions: readonly string[];
  readonly TreatMissingData: string;
  readonly ComparisonOperator: string;
  readonly EvaluationPeriods: number;
  readonly Period?: number;
  readonly Metrics?: readonly { readonly MetricStat?: { readonly Metric: WatchedMetric } }[];
}

const template = onlyTemplate(synthesize({ spendAlarmUsdPerHour: '50' }));
const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(
  ([, { Properties }]) => resolve(Properties, template) as Alarm,
);
const byName = Object.fromEntries(
  alarms.map((alarm) => [alarm.AlarmName.replace('spot-provisioner-main-', ''), alarm]),
);

const metricsOf = (alarm: Alarm): WatchedMetric[] =>
  alarm.Metrics === undefined
    ? [alarm as WatchedMetric]
    : alarm.Metrics.flatMap(({ MetricStat }) => (MetricStat === undefined ? [] : [MetricStat.Metric]));

/** Metrics of AWS services that exist, with the dimension that tells ours from others. */
const SERVICE_METRICS: Readonly<Record<string, { readonly names: readonly string[]; readonly dimension: string }>> = {
  'AWS/Lambda': { names: ['Errors', 'IteratorAge', 'Throttles'], dimension: 'FunctionName' },
  'AWS/SQS': { names: ['NumberOfMessagesSent'], dimension: 'QueueName' },
};

/** The level-3 headings below `## Alarms`, as GitHub turns them into anchors. */
const sections = (): string[] => {
  const text = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const [, runbook = ''] = text.split(/^## Alarms$/m);
  const [ofAlarms = ''] = runbook.split(/^## /m);
  return [...ofAlarms.matchAll(/^### (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
};

describe('Alarms', () => {
  it('watch spend above what a setting says, and not without it; a peak of minutes is none (row 19)', () => {
    expect(byName['spend-high']).toMatchObject({
      AlarmDescription: expect.stringContaining('more than 50 USD an hour'),
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      EvaluationPeriods: 3,
      DatapointsToAlarm: 3,
      Metrics: expect.arrayContaining([expect.objectContaining({ Expression: 'IF(spend > 50, 1, 0)' })]),
    });
    const without = resourcesOf(onlyTemplate(synthesize()), 'AWS::CloudWatch::Alarm');
    expect(JSON.stringify(without)).not.toContain('spend');
  });

  it('are those that the runbook knows, and the runbook knows no others', () => {
    expect(sections().toSorted()).toEqual(Object.keys(byName).toSorted());
  });

  it.each(alarms)('$AlarmName says what it means, what to do first and where to read on, and is heard', (alarm) => {
    const [topic] = resourcesOf(template, 'AWS::SNS::Topic').map(([id]) => resolve({ Ref: id }, template));
    expect(alarm.AlarmDescription).toMatch(/^[A-Z].+\. First: [A-Z].+\. Runbook: docs\/operations\.md#[a-z0-9-]+$/);
    // CloudWatch's limit.
    expect(alarm.AlarmDescription.length).toBeLessThanOrEqual(1024);
    expect(alarm.AlarmActions).toEqual([topic]);
    expect(alarm.OKActions).toEqual([topic]);
  });

  it.each(alarms)('$AlarmName links to its section of the runbook', ({ AlarmName, AlarmDescription }) => {
    const [, anchor = ''] = AlarmDescription.split('docs/operations.md#');
    expect(AlarmName).toBe(`spot-provisioner-main-${anchor}`);
    expect(sections()).toContain(anchor);
  });

  it.each(alarms)('$AlarmName watches metrics that exist, and its own provisioner alone', (alarm) => {
    const metrics = metricsOf(alarm);
    expect(metrics.length).toBeGreaterThan(0);
    for (const { Namespace, MetricName, Dimensions } of metrics) {
      if (Namespace === METRIC_NAMESPACE) {
        expect(Object.values(metricNames)).toContain(MetricName);
        expect(Dimensions).toEqual([{ Name: METRIC_DIMENSION, Value: 'main' }]);
        continue;
      }
      const known = SERVICE_METRICS[Namespace];
      expect(known?.names).toContain(MetricName);
      expect(Dimensions).toEqual([{ Name: known?.dimension, Value: expect.any(String) }]);
      expect(Object.keys(template.Resources)).toContain(Dimensions[0]?.Value.replace(/^.*:/, ''));
    }
  });

  it.each([
    ['no-provisioner-tick', 'TickSucceeded', 300],
    ['reaper-missing', 'ReapSucceeded', 1200],
    ['check-missing', 'CheckSucceeded', 2400],
  ])('%s fires when %s is silent for %i seconds', (name, metric, seconds) => {
    const alarm = byName[name];
    expect(alarm).toMatchObject({
      MetricName: metric,
      TreatMissingData: 'breaching',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      Statistic: 'Sum',
    });
    expect((alarm?.Period ?? 0) * (alarm?.EvaluationPeriods ?? 0)).toBe(seconds);
  });

  it('silence is good everywhere else', () => {
    const others = alarms.filter(({ TreatMissingData }) => TreatMissingData !== 'breaching');
    expect(others).toHaveLength(alarms.length - 3);
    for (const alarm of others)
      expect(alarm).toMatchObject({
        TreatMissingData: 'notBreaching',
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        Threshold: 1,
      });
  });
});
