/** The process that ticks: the ports of a Lambda over the endpoints of another process, and nothing else. */
import { readFileSync } from 'node:fs';
import { awsClients } from '../lib/aws/clients.ts';
import { CloudwatchTelemetry } from '../lib/aws/cloudwatch-telemetry.ts';
import { provisionerPorts } from '../lib/aws/provisioner-ports.ts';
import { tick } from '../lib/control/provision.ts';
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

let run: () => Promise<Measured>;
let ticks = 0;

answerOrders(async (order: TickOrder) => {
  if (order.kind === 'tick') return run();
  const counted = countCalls(awsClients(config.region, order.endpoints));
  const telemetry = new CloudwatchTelemetry(config.provisionerId, 'provision');
  const ports = provisionerPorts(config, counted.clients, launchSettings, telemetry);
  run = async () => {
    counted.reset();
    logBytes = 0;
    ticks += 1;
    const [cpu, startedAt] = [process.cpuUsage(), performance.now()];
    const { region: homeRegion, regions } = config;
    const result = await tick(ports, { holder: `bench-${ticks}`, homeRegion, regions });
    const wallMs = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(cpu);
    if (result.kind !== 'done') throw new Error(`no tick: ${result.kind}`);
    if (result.report.failures.length > 0) throw new Error(result.report.failures.join('; '));
    const { calls, units } = counted.reset();
    return {
      wallMs,
      cpuMs: (user + system) / 1000,
      peakMiB: peakMiB(),
      calls,
      readUnits: units.read,
      writeUnits: units.write,
      logBytes,
    };
  };
  return {};
});
