/** The command line: this process's arguments, environment and streams -> lib/cli -> exit code. */
import { readFile } from 'node:fs/promises';
import { debugTelemetry } from '../lib/cli/debug-telemetry.ts';
import type { CliIo } from '../lib/cli/io.ts';
import type { Connect } from '../lib/cli/ports.ts';
import { runCli } from '../lib/cli/program.ts';

const { env, stdin, stdout, stderr } = process;

const io: CliIo = {
  stdin,
  stdout,
  stderr,
  canAsk: stdin.isTTY === true && stderr.isTTY === true,
  colour: stdout.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb',
};

/** Loads the SDK only when a command connects, so that help and validation answer at once. */
const connect: Connect = async (target, { launches }) => {
  const [{ awsClients }, { provisionerPorts }] = await Promise.all([
    import('../lib/aws/clients.ts'),
    import('../lib/aws/provisioner-ports.ts'),
  ]);
  const settings = {
    workerInstanceProfileArn: target.workerInstanceProfileArn ?? '',
    // Installed by definitions with `workerInstall: amazon-linux-2023`.
    workerProgram: launches ? await (await import('../scripts/worker-bundle.ts')).bundleWorker() : '',
  };
  const clients = awsClients(target.region, target.endpoints);
  const ports = provisionerPorts(target, clients, settings, debugTelemetry(io, env));
  // The check asks services that no other command asks: their SDK clients are loaded for it alone.
  const checks = once(async () => {
    const { checkPorts } = await import('../lib/aws/check-ports.ts');
    return checkPorts(target.region, clients, ports.fleet, target.accountEndpoints);
  });
  return {
    ...ports,
    launchPreview: ports.fleet,
    account: { lookUp: async (wanted) => (await checks()).account.lookUp(wanted) },
    rehearsal: { rehearse: async (order) => (await checks()).rehearsal.rehearse(order) },
  };
};

/** Loads on the first call; later ones get the same. */
function once<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let loading: Promise<Value> | undefined;
  return () => {
    loading ??= load();
    return loading;
  };
}

// Whoever reads the output may have seen enough: `provisioner workers list | head`.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
process.exitCode = await runCli(process.argv.slice(2), { io, env, connect, version });
