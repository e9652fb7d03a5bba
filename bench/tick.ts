/**
 * What one tick costs, by worker types and instances: `node bench/tick.ts --types 10,100 --instances 0,5`. The ports of
 * a Lambda run, bundled, in a process of their own over local endpoints in other processes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Endpoints } from '../lib/aws/clients.ts';
import { DEFAULT_TYPES_PER_SHARD } from '../lib/control/config.ts';
import { NODE_FLAGS } from '../lib/infra/node-function.ts';
import { bundleHandlers } from '../scripts/bundle.ts';
import { startChild } from './tick/child.ts';
import { goalsUsd, monthlyCost, type Rate } from './tick/cost-model.ts';
import type { EndpointsOrder, Measured, Scenario, TickOrder } from './tick/scenario.ts';

/** Idle ticks after the first one; the median by CPU is what counts. */
const IDLE_TICKS = 5;
/** Time between ticks, as the clock of the process has it. */
const TICK_SECONDS = 60;
const QUIET_SECONDS = 1000;
const RATES: readonly Rate[] = ['each minute', 'each 10 s (loop)'];

const { values } = parseArgs({
  options: {
    types: { type: 'string', default: '10,100,1000,10000' },
    instances: { type: 'string', default: '0,5' },
    'types-per-shard': { type: 'string', default: String(DEFAULT_TYPES_PER_SHARD) },
    // Of the process, so that the peak says what is needed and not what is there to be used.
    'heap-mib': { type: 'string', default: '400' },
    'quiet-queue-seconds': { type: 'string', default: '0' },
  },
});
interface Run {
  readonly scenario: Scenario;
  /** Every status is new: each is written, with a decision. */
  readonly first: Measured;
  readonly idle: Measured;
  /** A tenth of the queues wants one worker more. */
  readonly load: Measured;
}

async function measure(
  scenario: Scenario,
  program: string,
  { typesPerShard, quietQueueSeconds }: { readonly typesPerShard: number; readonly quietQueueSeconds: number },
): Promise<Run> {
  const here = fileURLToPath(new URL('tick-endpoints.ts', import.meta.url));
  const [ec2, queues] = [startChild<EndpointsOrder>(here), startChild<EndpointsOrder>(here)];
  const ticker = startChild<TickOrder>(program, [`--max-old-space-size=${values['heap-mib']}`, NODE_FLAGS]);
  try {
    const endpoints = {
      ...(await ec2.ask<Pick<Endpoints, 'ec2'>>({ kind: 'start-ec2', scenario })),
      ...(await queues.ask<Omit<Endpoints, 'ec2'>>({ kind: 'start-tables-and-queues', scenario })),
    };
    await ticker.ask({ kind: 'connect', endpoints });
    const tick = (afterSeconds: number) =>
      ticker.ask<Measured>({ kind: 'tick', typesPerShard, quietQueueSeconds, afterSeconds });
    const first = await tick(0);
    // What was started with all types at once is divided by now, and what is quiet counts as such.
    await tick(QUIET_SECONDS);
    const idles: Measured[] = [];
    for (let run = 0; run < IDLE_TICKS; run += 1) idles.push(await tick(TICK_SECONDS));
    await queues.ask({ kind: 'load' });
    const byCpu = idles.toSorted((a, b) => a.cpuMs - b.cpuMs)[Math.floor(IDLE_TICKS / 2)] ?? first;
    // Not every tick reads every queue.
    const idle = { ...byCpu, calls: meanCalls(idles) };
    return { scenario, first, idle, load: await tick(TICK_SECONDS) };
  } finally {
    await Promise.all([ec2.end(), queues.end(), ticker.end()]);
  }
}

function meanCalls(ticks: readonly Measured[]): Record<string, number> {
  const names = new Set(ticks.flatMap(({ calls }) => Object.keys(calls)));
  const mean = (name: string) => ticks.reduce((sum, { calls }) => sum + (calls[name] ?? 0), 0) / ticks.length;
  return Object.fromEntries([...names].map((name) => [name, Math.round(mean(name))]));
}

function describeTick(scenario: Scenario, kind: string, tick: Measured) {
  const of = (service: string) =>
    Object.entries(tick.calls).reduce((sum, [name, count]) => (name.startsWith(service) ? sum + count : sum), 0);
  return {
    types: scenario.workerTypes,
    'instances each': scenario.instances,
    tick: kind,
    shards: tick.shards,
    'wall s': (tick.wallMs / 1000).toFixed(2),
    'CPU s': (tick.cpuMs / 1000).toFixed(2),
    'slowest shard s': (tick.slowestWallMs / 1000).toFixed(2),
    'its CPU s': (tick.slowestCpuMs / 1000).toFixed(2),
    'peak MiB': Math.round(tick.peakMiB),
    SQS: of('SQS'),
    DynamoDB: of('DynamoDB'),
    EC2: of('EC2'),
    'read units': tick.readUnits,
    'write units': tick.writeUnits,
  };
}

function describeCost(run: Run, rate: Rate) {
  const { workerTypes, instances } = run.scenario;
  const cost = monthlyCost(run, rate);
  const goal = goalsUsd.get(workerTypes);
  const verdict = cost.total <= (goal ?? 0) ? 'met' : 'MISSED';
  const money = (part: number) => part.toFixed(2);
  return {
    types: workerTypes,
    'instances each': instances,
    tick: rate,
    MiB: cost.memoryMiB,
    'billed s': cost.billedSecondsPerTick.toFixed(1),
    Lambda: money(cost.lambda),
    SQS: money(cost.sqs),
    DynamoDB: money(cost.dynamoDb),
    logs: money(cost.logs),
    metrics: money(cost.metrics),
    events: money(cost.events),
    'USD a month': money(cost.total),
    goal: goal === undefined ? '' : `${goal}: ${verdict}`,
  };
}

const rhythm = {
  typesPerShard: Number(values['types-per-shard']),
  quietQueueSeconds: Number(values['quiet-queue-seconds']),
};
const numbers = (text: string): number[] => text.split(',').map(Number);

const folder = mkdtempSync(join(tmpdir(), 'tick-'));
try {
  await bundleHandlers({ tick: fileURLToPath(new URL('tick-process.ts', import.meta.url)) }, folder);
  const runs: Run[] = [];
  for (const workerTypes of numbers(values.types)) {
    for (const instances of numbers(values.instances)) {
      runs.push(await measure({ workerTypes, instances }, join(folder, 'tick', 'index.mjs'), rhythm));
      console.error(`${workerTypes} types with ${instances} instances each: done`);
    }
  }
  console.log(
    `Node ${process.version}, ${process.platform} ${process.arch}, heap ${values['heap-mib']} MiB, ${JSON.stringify(rhythm)}`,
  );
  console.table(
    runs.flatMap(({ scenario, first, idle, load }) => [
      describeTick(scenario, 'first', first),
      describeTick(scenario, 'idle', idle),
      describeTick(scenario, 'load', load),
    ]),
  );
  for (const { scenario, idle, load } of runs) {
    console.log(`${scenario.workerTypes} x ${scenario.instances}, idle:`, JSON.stringify(idle.calls));
    console.log(`${scenario.workerTypes} x ${scenario.instances}, load:`, JSON.stringify(load.calls));
  }
  console.table(runs.flatMap((run) => RATES.map((rate) => describeCost(run, rate))));
} finally {
  rmSync(folder, { recursive: true });
}
