import { describe, expect, it } from 'vitest';
import { useAwsWorld } from '../support/aws-world.ts';
import { captureOutput } from '../support/captured-output.ts';
import { provision } from '../support/lambda.ts';
import { instancesOf, statusOf } from './looking.ts';

const MINUTE_MS = 60_000;

/** All values that were printed for a metric. */
const valuesOf = (lines: readonly unknown[], metric: string): number[] =>
  lines.flatMap((line) => ((line as Record<string, number | number[] | undefined>)[metric] ?? []) as number | number[]);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('what becomes of workers', () => {
  it('interruptions, useless workers, boots, launches and cost are printed as metrics, each event once (row 40)', async () => {
    const output = captureOutput();
    const aws = await useAwsWorld({ world: { bootDelayMs: 40_000, shutdownDelayMs: 150_000 } });
    await aws.putItems(aws.document());
    await aws.fill('build', { pendingTasks: 3 });
    await provision(aws);
    for (const seconds of [30, 60]) {
      aws.clock.advance(seconds * 1000);
      await provision(aws);
    }
    const [interrupted, useless] = instancesOf(aws);
    aws.world.interrupt(interrupted?.instanceId ?? '', 0);
    aws.world.instanceExited(useless?.instanceId ?? '');
    for (let minute = 0; minute < 12; minute += 1) {
      aws.clock.advance(MINUTE_MS);
      await provision(aws);
    }
    const lines = output.json();
    expect(sum(valuesOf(lines, 'WorkersInterrupted'))).toBe(1);
    expect(sum(valuesOf(lines, 'WorkersUseless'))).toBe(1);
    // Two were replaced. A tick sees a worker run when it has booted for 40 seconds, or later.
    expect(valuesOf(lines, 'BootSeconds')).toEqual([90, 90, 90, 60, 60]);
    expect(valuesOf(lines, 'LaunchSeconds')).toHaveLength(2);
    expect(valuesOf(lines, 'BootingCapacity').at(0)).toBe(3);
    // Nobody takes the tasks: all that runs is idle.
    expect(valuesOf(lines, 'IdleCapacity').slice(0, 3)).toEqual([0, 0, 3]);
    expect(valuesOf(lines, 'SpendUsdPerHour').at(-1)).toBeGreaterThan(0);
    expect((await statusOf(aws))?.workers).toMatchObject({ interruptedLastHour: 1, uselessLastHour: 1 });
  });
});
