/** The process that ticks: the ports of a Lambda over the endpoints of another process, and nothing else. */
import { readFileSync } from 'node:fs';
import { awsClients } from '../lib/aws/clients.ts';
import { CloudwatchTelemetry } from '../lib/aws/cloudwatch-telemetry.ts';
import { provisionerPorts } from '../lib/aws/provisioner-ports.ts';
import { systemClock } from '../lib/aws/system-clock.ts';
import { type TickOptions, tick } from '../lib/control/provision.ts';
import { FIRST_SHARD } from '../lib/control/shards.ts';
import { epochMillis } from '../lib/core/units.ts';
import { answerOrders } from './tick/child.ts';
import { countCalls } from './tick/counted-clients.ts';
import { config, launchSettings, type Measured, type TickOrder } from './tick/scenario.ts';

/** Not `maxRSS`: that begins with what the process held that started this one. */
function peakMiB(): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kib) / 1024;
}

let logBytes = 0;
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = ((text: string | Uint8Array, ...rest: []) => {
  logBytes += Buffer.byteLength(text);
  return write(text, ...rest);
}) as typeof process.stdout.write;

/** The clock of the machine, which a month may be put forward: quiet queues are quiet after a quarter of an hour. */
let aheadMs = 0;
const clock = { ...systemClock, now: () => epochMillis(Date.now() + aheadMs) };

let run: (order: Extract<TickOrder, { kind: 'tick' }>) => Promise<Measured>;
let ticks = 0;

answerOrders(async (order: TickOrder) => {
  if (order.kind === 'tick') {
    aheadMs += order.afterSeconds * 1000;
    return run(order);
  }
  const counted = countCalls(awsClients(config.region, order.endpoints));
  const telemetry = new CloudwatchTelemetry(config.provisionerId, 'provision');
  const ports = provisionerPorts(config, counted.clients, launchSettings, telemetry, clock);
  const tickOf = async (shard: string, options: Pick<TickOptions, 'typesPerShard' | 'quietQueueSeconds'>) => {
    ticks += 1;
    const [cpu, startedAt] = [process.cpuUsage(), performance.now()];
    const { region: homeRegion, regions } = config;
    const result = await tick(ports, { holder: `bench-${ticks}`, homeRegion, regions, shard, ...options });
    const wallMs = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(cpu);
    if (result.kind !== 'done') throw new Error(`no tick: ${result.kind}`);
    if (result.report.failures.length > 0) throw new Error(result.report.failures.join('; '));
    return { wallMs, cpuMs: (user + system) / 1000 };
  };
  /** Each shard in turn, as if one process had to serve them all. */
  run = async ({ typesPerShard, quietQueueSeconds }) => {
    counted.reset();
    logBytes = 0;
    const options = { typesPerShard, quietQueueSeconds };
    const shards = [await tickOf(FIRST_SHARD, options)];
    const others = (await ports.leases.shards()).filter(({ shard }) => shard !== FIRST_SHARD);
    for (const { shard } of others) shards.push(await tickOf(shard, options));
    const sum = (of: 'wallMs' | 'cpuMs') => shards.reduce((total, shard) => total + shard[of], 0);
    const { calls, units } = counted.reset();
    return {
      shards: shards.length,
      wallMs: sum('wallMs'),
      slowestWallMs: Math.max(...shards.map(({ wallMs }) => wallMs)),
      cpuMs: sum('cpuMs'),
      slowestCpuMs: Math.max(...shards.map(({ cpuMs }) => cpuMs)),
      peakMiB: peakMiB(),
      calls,
      readUnits: units.read,
      writeUnits: units.write,
      logBytes,
    };
  };
  return {};
});
