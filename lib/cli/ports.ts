import type { Account, LaunchRehearsal, VersionHistory } from '../control/check-ports.ts';
import type { LaunchPreview } from '../control/ports.ts';
import type { ProvisionPorts } from '../control/provision.ts';
import type { Target } from './target.ts';

/** The world as the commands see it. `bin/cli.ts` wires the adapters of lib/aws, tests wire lib/memory. */
export interface CliPorts extends ProvisionPorts {
  readonly launchPreview: LaunchPreview;
  readonly account: Account;
  readonly rehearsal: LaunchRehearsal;
  readonly history: VersionHistory;
}

/** What a command is going to do with the ports. */
export interface ConnectOptions {
  /** It launches workers, or shows the requests that would: these need the worker's program. */
  readonly launches: boolean;
}

/** Reaches a provisioner. */
export type Connect = (target: Target, options: ConnectOptions) => Promise<CliPorts>;
