import pc from 'picocolors';
import { CliError } from './cli-error.ts';
import type { Confirmation } from './confirm.ts';
import { confirm } from './confirm.ts';
import type { CliIo } from './io.ts';
import type { CliPorts, Connect, ConnectOptions } from './ports.ts';
import type { Env, GlobalOptions, Target } from './target.ts';
import { resolveProvisionerId, resolveTarget } from './target.ts';

/** Colours, or none. */
export type Style = ReturnType<typeof pc.createColors>;

/** What a command found or did. */
interface CommandResult {
  /** Printed with `--json`. */
  readonly data: unknown;
  /** Printed without. */
  readonly text: string;
  /** On standard error, without `--json`: there they are part of the data. */
  readonly warnings?: readonly string[];
  /** An ending other than success, shown after the result. */
  readonly ending?: CliError;
}

/** What the caller of the CLI provides: `bin/cli.ts` or a test. */
export interface CliContext {
  readonly io: CliIo;
  readonly env: Env;
  readonly connect: Connect;
  readonly version: string;
}

/** One call of the CLI. */
export interface Session {
  readonly io: CliIo;
  readonly env: Env;
  readonly style: Style;
  /** The provisioner that options and environment name. Throws a usage error when they do not say enough. */
  connect(options?: ConnectOptions): Promise<{ readonly target: Target; readonly ports: CliPorts }>;
  /** Its name alone, where that is all a command needs; undefined when nothing names one. */
  provisionerId(): Promise<string | undefined>;
  /** Shows what is about to be done and waits for agreement. Throws without it. */
  confirm(preview: string, confirmation: Confirmation): Promise<void>;
  /** Prints the result. Throws its ending, when it has one. */
  show(result: CommandResult): void;
}

/** A session; `options` is read when a command runs, after commander has parsed. */
export function createSession({ io, env, connect }: CliContext, options: () => GlobalOptions): Session {
  const style = pc.createColors(io.colour);
  return {
    io,
    env,
    style,
    async connect(connectOptions = { launches: false }) {
      const target = await resolveTarget(options(), env);
      if (connectOptions.launches) requireInstanceProfile(target);
      return { target, ports: await connect(target, connectOptions) };
    },
    async provisionerId() {
      return resolveProvisionerId(options(), env);
    },
    async confirm(preview, confirmation) {
      if (!confirmation.yes && io.canAsk) io.stderr.write(`${preview}\n`);
      await confirm(io, confirmation);
    },
    show({ data, text, warnings = [], ending }) {
      if (options().json === true) {
        io.stdout.write(`${JSON.stringify(data, null, 2)}\n`);
      } else {
        io.stdout.write(`${text}\n`);
        for (const warning of warnings) io.stderr.write(`${style.yellow('warning:')} ${warning}\n`);
      }
      if (ending !== undefined) throw ending;
    },
  };
}

/** Without it no launch request is complete, neither a real one nor its preview. */
function requireInstanceProfile({ workerInstanceProfileArn }: Target): void {
  if (workerInstanceProfileArn !== undefined) return;
  throw new CliError(
    'usage',
    'which instance profile do workers get? Give --worker-instance-profile-arn or WORKER_INSTANCE_PROFILE_ARN',
  );
}
