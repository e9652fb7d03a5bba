import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import type { HostAnswer, HostInvocation } from './host-messages.ts';

/** A function as Lambda knows it: code, environment, time limit. */
export interface LocalFunctionOptions {
  readonly name: string;
  /** File URL of the bundled module that exports `handler`. */
  readonly bundle: URL;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** Each line that the function logs. */
  readonly onLog: (line: string) => void;
}

/** How an invocation ended. `killed`: the environment died or ran out of time, as on Lambda without another word. */
export type InvocationResult =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'threw'; readonly message: string }
  | { readonly kind: 'killed'; readonly cause: string };

/** Runs bundled handlers unchanged, each invocation in a free environment (a thread), as Lambda does. */
export class LocalFunction {
  readonly #options: LocalFunctionOptions;
  readonly #idle: Worker[] = [];
  readonly #busy = new Set<Worker>();

  constructor(options: LocalFunctionOptions) {
    this.#options = options;
  }

  /** Invokes the handler. Never rejects: what went wrong is in the result. */
  async invoke(event: unknown): Promise<InvocationResult> {
    const environment = this.#idle.pop() ?? this.#start();
    this.#busy.add(environment);
    const result = await this.#run(environment, event);
    this.#busy.delete(environment);
    if (result.kind !== 'killed') this.#idle.push(environment);
    return result;
  }

  /** Ends every running invocation at whatever instruction it is. */
  async kill(): Promise<void> {
    await Promise.all([...this.#busy].map((environment) => environment.terminate()));
  }

  /** Ends all environments, running or idle. */
  async close(): Promise<void> {
    await this.kill();
    await Promise.all(this.#idle.splice(0).map((environment) => environment.terminate()));
  }

  #start(): Worker {
    const { bundle, environment, onLog } = this.#options;
    const worker = new Worker(new URL('function-host.ts', import.meta.url), {
      workerData: bundle.href,
      env: environment,
      stdout: true,
      stderr: true,
    });
    for (const stream of [worker.stdout, worker.stderr]) createInterface({ input: stream }).on('line', onLog);
    return worker;
  }

  async #run(environment: Worker, event: unknown): Promise<InvocationResult> {
    const { name, timeoutSeconds } = this.#options;
    const timeoutMs = timeoutSeconds * 1000;
    const invocation: HostInvocation = { invocationId: randomUUID(), functionName: name, event, timeoutMs };
    let timer: NodeJS.Timeout | undefined;
    const result = await new Promise<InvocationResult>((resolve) => {
      environment.once('message', (answer: HostAnswer) => resolve(answer));
      environment.once('error', (error) => resolve({ kind: 'killed', cause: String(error) }));
      environment.once('exit', () => resolve({ kind: 'killed', cause: 'the environment ended' }));
      timer = setTimeout(() => {
        resolve({ kind: 'killed', cause: `timed out after ${timeoutSeconds} s` });
        void environment.terminate();
      }, timeoutMs);
      environment.postMessage(invocation);
    });
    clearTimeout(timer);
    environment.removeAllListeners();
    return result;
  }
}
