import { PassThrough } from 'node:stream';
import type { CliPorts } from '../../lib/cli/ports.ts';
import { runCli } from '../../lib/cli/program.ts';
import type { Target } from '../../lib/cli/target.ts';
import type { LaunchRehearsal } from '../../lib/control/check-ports.ts';
import type { LaunchPreview } from '../../lib/control/ports.ts';
import { MemoryAccount } from '../../lib/memory/memory-account.ts';
import { memoryWorld } from '../../lib/memory/memory-world.ts';
import { NOW } from '../support/builders.ts';

const environment = {
  PROVISIONER_ID: 'acme',
  AWS_REGION: 'us-east-1',
  WORKER_INSTANCE_PROFILE_ARN: 'arn:aws:iam::123456789012:instance-profile/workers',
};

interface Call {
  readonly stdin?: string;
  readonly canAsk?: boolean;
  readonly colour?: boolean;
  readonly env?: Record<string, string>;
}

/** A provisioner in memory and a command line in front of it. */
export function cliWorld(overrides: Partial<CliPorts> = {}) {
  const world = memoryWorld(NOW);
  const launchPreview: LaunchPreview = {
    requestsFor: ({ targetCapacity }) => [{ action: 'CreateFleet', input: { TotalTargetCapacity: targetCapacity } }],
  };
  const account = new MemoryAccount();
  const rehearsal: LaunchRehearsal = { rehearse: async () => ({ kind: 'accepted', userDataBytes: 100 }) };
  const targets: Target[] = [];

  /** Runs one command line and answers what came out of it. */
  async function run(line: string | readonly string[], { stdin = '', canAsk = false, colour = false, env }: Call = {}) {
    let stdout = '';
    let stderr = '';
    const exitCode = await runCli(typeof line === 'string' ? line.split(' ') : line, {
      io: {
        stdin: new PassThrough().end(stdin),
        stdout: { write: (text: string) => (stdout += text) },
        stderr: { write: (text: string) => (stderr += text) },
        canAsk,
        colour,
      },
      env: env ?? environment,
      connect: async (target) => {
        targets.push(target);
        return { ...world, launchPreview, account, rehearsal, ...overrides };
      },
      version: '1.2.3',
    });
    return { exitCode, stdout, stderr };
  }

  /** The same with `--json`, read back. */
  async function json(line: string, call: Call = {}) {
    const { exitCode, stdout, stderr } = await run(`${line} --json`, call);
    return { exitCode, data: stdout === '' ? undefined : JSON.parse(stdout), error: parseError(stderr) };
  }

  return { ...world, account, targets, run, json };
}

function parseError(stderr: string) {
  const start = stderr.indexOf('{"error"');
  return start === -1 ? undefined : JSON.parse(stderr.slice(start)).error;
}
