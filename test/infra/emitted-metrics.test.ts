import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { METRIC_DIMENSION, METRIC_NAMESPACE, metricNames } from '../../lib/control/telemetry.ts';

/** The embedded metric format, as far as CloudWatch reads metrics out of it. */
interface EmbeddedMetrics {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

it('what the functions emit carries the one dimension that the alarms watch, and no other', () => {
  const telemetry = fileURLToPath(new URL('../../lib/aws/cloudwatch-telemetry.ts', import.meta.url));
  const program = `
    const { CloudwatchTelemetry } = await import(${JSON.stringify(telemetry)});
    const telemetry = new CloudwatchTelemetry('main', 'provision');
    for (const name of ${JSON.stringify(Object.values(metricNames))}) telemetry.count(name, 1);
    telemetry.publish();`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(stderr).toBe('');
  const emitted = stdout
    .trim()
    .split('\n')
    .flatMap((line) => (JSON.parse(line) as EmbeddedMetrics)._aws.CloudWatchMetrics);
  expect(emitted.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name)).toSorted()).toEqual(
    Object.values(metricNames).toSorted(),
  );
  for (const { Namespace, Dimensions } of emitted)
    expect({ Namespace, Dimensions }).toEqual({ Namespace: METRIC_NAMESPACE, Dimensions: [[METRIC_DIMENSION]] });
});
