import { describe, expect, it } from 'vitest';
import { CloudwatchTelemetry } from '../../lib/aws/cloudwatch-telemetry.ts';
import { metricNames } from '../../lib/control/telemetry.ts';
import { captureOutput } from '../support/captured-output.ts';

const counts = (changes: object) => ({ pendingTasks: 12, supply: 3, ...changes });

describe('metrics', () => {
  it('are one printed line of embedded metric format, with the provisioner as the one dimension', () => {
    const output = captureOutput();
    const telemetry = new CloudwatchTelemetry('acme', 'provision');
    telemetry.count(metricNames.pendingTasks, 12);
    telemetry.count(metricNames.tickSucceeded, 1);
    telemetry.publish();
    expect(output.json()).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'SpotProvisioner',
              Dimensions: [['provisionerId']],
              Metrics: [
                { Name: 'PendingTasks', Unit: 'Count' },
                { Name: 'TickSucceeded', Unit: 'Count' },
              ],
            },
          ],
        },
        provisionerId: 'acme',
        PendingTasks: 12,
        TickSucceeded: 1,
      },
    ]);
  });

  it('are summed until they are published, and then forgotten', () => {
    const output = captureOutput();
    const telemetry = new CloudwatchTelemetry('acme', 'reap');
    for (const value of [1, 2, 3]) telemetry.count(metricNames.workersReaped, value);
    telemetry.publish();
    telemetry.count(metricNames.workersReaped, 5);
    telemetry.publish();
    telemetry.publish();
    expect(output.json()).toMatchObject([
      { provisionerId: 'acme', WorkersReaped: 6 },
      { provisionerId: 'acme', WorkersReaped: 5 },
    ]);
  });

  it('that are measured keep each value and have the unit that their name ends with', () => {
    const output = captureOutput();
    const telemetry = new CloudwatchTelemetry('acme', 'provision');
    telemetry.measure(metricNames.bootSeconds, 31.5);
    telemetry.measure(metricNames.bootSeconds, 42);
    telemetry.measure(metricNames.launchSeconds, 2.5);
    telemetry.count(metricNames.spendUsdPerHour, 0.25);
    telemetry.publish();
    telemetry.publish();
    expect(output.json()).toMatchObject([
      {
        _aws: {
          CloudWatchMetrics: [
            {
              Metrics: [
                { Name: 'SpendUsdPerHour', Unit: 'None' },
                { Name: 'BootSeconds', Unit: 'Seconds' },
                { Name: 'LaunchSeconds', Unit: 'Seconds' },
              ],
            },
          ],
        },
        BootSeconds: [31.5, 42],
        LaunchSeconds: 2.5,
        SpendUsdPerHour: 0.25,
      },
    ]);
  });

  it('that are measured more often than a line may hold are all published', () => {
    const output = captureOutput();
    const telemetry = new CloudwatchTelemetry('acme', 'provision');
    for (let value = 0; value < 250; value += 1) telemetry.measure(metricNames.bootSeconds, value);
    telemetry.publish();
    const values = output.json().flatMap((line) => (line as { BootSeconds: number[] }).BootSeconds);
    expect(values).toEqual(Array.from({ length: 250 }, (_, value) => value));
  });

  it('that are sums of nothing are not published, since each hour of a metric is billed; how much there is always is', () => {
    const output = captureOutput();
    const telemetry = new CloudwatchTelemetry('acme', 'provision');
    telemetry.count(metricNames.provisioningFailures, 0);
    telemetry.publish();
    expect(output.json()).toEqual([]);
    telemetry.gauge(metricNames.supply, 3);
    telemetry.gauge(metricNames.supply, 0);
    telemetry.publish();
    expect(output.json()).toMatchObject([{ Supply: 0 }]);
    expect(output.text).not.toContain('ProvisioningFailures');
  });

  it('all fit into one line with one dimension', () => {
    const output = captureOutput();
    const telemetry = new CloudwatchTelemetry('acme', 'provision');
    for (const metric of Object.values(metricNames)) telemetry.count(metric, 1);
    telemetry.publish();
    expect(output.json()).toHaveLength(1);
    expect(output.text.match(/"Dimensions":\[\["provisionerId"\]\]/g)).toHaveLength(1);
  });
});

describe('events', () => {
  it.each(['info', 'warn', 'error'] as const)('are JSON lines of level %s with their name and fields', (level) => {
    const output = captureOutput();
    new CloudwatchTelemetry('acme', 'provision').event(level, 'tick-finished', counts({ failures: ['a'] }));
    expect(output.json()).toMatchObject([
      {
        level: level.toUpperCase(),
        message: 'tick-finished',
        event: 'tick-finished',
        service: 'provision',
        provisionerId: 'acme',
        pendingTasks: 12,
        supply: 3,
        failures: ['a'],
      },
    ]);
  });
});
