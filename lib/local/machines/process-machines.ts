import { ConsoleOutput } from './console-output.ts';
import { type MachineEvent, parseMachineLine } from './machine-event.ts';
import { WorkerProcess } from './worker-process.ts';

/** What runs as a machine, and who hears of it. */
export interface ProcessMachinesOptions {
  /** Program and arguments of the worker. */
  readonly command: readonly [string, ...string[]];
  /** Variables of that machine's process, on top of this one's without its AWS settings. */
  readonly environmentOf: (instanceId: string) => Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onEvent: (instanceId: string, event: MachineEvent) => void;
  /** The machine went down by itself (exit status, null when it was killed). Not called after `stop`. */
  readonly onExit: (instanceId: string, code: number | null) => void;
  /** Machines that get a process; a worker takes about 120 MB. Beyond it an instance is a record only. */
  readonly maxProcesses?: number;
  /** From SIGTERM to SIGKILL. */
  readonly terminateGraceMs?: number;
}

interface Machine {
  readonly worker: WorkerProcess;
  stopped: boolean;
}

/** Instances of the local EC2 as processes of this computer. */
export class ProcessMachines {
  readonly #options: ProcessMachinesOptions;
  readonly #machines = new Map<string, Machine>();
  readonly #consoles = new ConsoleOutput();
  #closed = false;

  constructor(options: ProcessMachinesOptions) {
    this.#options = options;
  }

  /** Instance ids whose process runs now. */
  running(): string[] {
    return [...this.#machines.keys()];
  }

  /** Starts the worker program for an instance. Never throws. */
  start({ instanceId }: { readonly instanceId: string }): void {
    const { maxProcesses = 20, onExit } = this.#options;
    if (this.#closed || this.#machines.has(instanceId)) return;
    if (this.#machines.size >= maxProcesses) {
      this.#say(instanceId, { event: 'no-process', maxProcesses });
      return;
    }
    try {
      const machine: Machine = { worker: this.#launch(instanceId), stopped: false };
      this.#machines.set(instanceId, machine);
      void machine.worker.ended.then((code) => {
        this.#machines.delete(instanceId);
        if (!machine.stopped) onExit(instanceId, code);
      });
    } catch (error) {
      this.#say(instanceId, { event: 'cannot-start', cause: String(error) });
      queueMicrotask(() => onExit(instanceId, null));
    }
  }

  /** Shuts the machine down: SIGTERM, the grace, SIGKILL. Returns at once. */
  stop({ instanceId }: { readonly instanceId: string }): void {
    const machine = this.#machines.get(instanceId);
    if (machine === undefined || machine.stopped) return;
    machine.stopped = true;
    machine.worker.terminate(this.#options.terminateGraceMs ?? 10_000);
  }

  /** The machine loses its power: no signal that it could answer. It counts as an exit of its own. */
  killHard(instanceId: string): void {
    this.#machines.get(instanceId)?.worker.kill();
  }

  /** What the machine printed, its last 64 KB. */
  consoleOutput({ instanceId }: { readonly instanceId: string }): string {
    return this.#consoles.read(instanceId);
  }

  /** Stops every machine and starts no other. Resolves when none of their processes is left. */
  async closeAll(): Promise<void> {
    this.#closed = true;
    const ends = [...this.#machines.values()].map(({ worker }) => worker.ended);
    for (const instanceId of this.running()) this.stop({ instanceId });
    await Promise.all(ends);
  }

  #launch(instanceId: string): WorkerProcess {
    const { command, environment, environmentOf } = this.#options;
    const inherited = Object.entries(environment).filter(([name]) => !name.startsWith('AWS_'));
    const env = { ...Object.fromEntries(inherited), ...environmentOf(instanceId) };
    return new WorkerProcess(command, env, (line) => {
      this.#consoles.append(instanceId, line);
      this.#say(instanceId, parseMachineLine(line));
    });
  }

  #say(instanceId: string, event: MachineEvent): void {
    this.#options.onEvent(instanceId, event);
  }
}
