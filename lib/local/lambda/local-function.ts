import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
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

/** A thread that runs one invocation at a time. */
interface Environment {
  readonly thread: Worker;
  /** Resolves when the thread is gone and its last line was read. */
  readonly ended: Promise<unknown>;
  /** Ends the invocation that runs. */
  settle: ((result: InvocationResult) => void) | undefined;
}

/** Runs bundled handlers unchanged, each invocation in a free environment (a thread), as Lambda does. */
export class LocalFunction {
  readonly #options: LocalFunctionOptions;
  readonly #idle = new Set<Environment>();
  readonly #busy = new Set<Environment>();

  constructor(options: LocalFunctionOptions) {
    this.#options = options;
  }

  /** Invokes the handler. Never rejects: what went wrong is in the result. */
  async invoke(event: unknown): Promise<InvocationResult> {
    const [environment = this.#start()] = this.#idle;
    this.#idle.delete(environment);
    this.#busy.add(environment);
    const result = await this.#run(environment, event);
    // One that has ended meanwhile is in neither set.
    if (this.#busy.delete(environment) && result.kind !== 'killed') this.#idle.add(environment);
    return result;
  }

  /** Ends every running invocation at whatever instruction it is. */
  async kill(): Promise<void> {
    await Promise.all([...this.#busy].map(end));
  }

  /** Ends all environments, running or idle. */
  async close(): Promise<void> {
    await Promise.all([...this.#busy, ...this.#idle].map(end));
  }

  #start(): Environment {
    const { bundle, environment: env, onLog } = this.#options;
    const thread = new Worker(new URL('function-host.ts', import.meta.url), {
      workerData: bundle.href,
      env,
      stdout: true,
      stderr: true,
    });
    const logs = [thread.stdout, thread.stderr].map((input) =>
      once(createInterface({ input }).on('line', onLog), 'close'),
    );
    const ended = Promise.all([new Promise((resolve) => thread.once('exit', resolve)), ...logs]);
    const environment: Environment = { thread, ended, settle: undefined };
    thread.on('message', (answer: HostAnswer) => environment.settle?.(answer));
    // A thread may also die between two invocations.
    thread.on('error', (error) => environment.settle?.({ kind: 'killed', cause: String(error) }));
    thread.on('exit', () => {
      this.#idle.delete(environment);
      this.#busy.delete(environment);
      environment.settle?.({ kind: 'killed', cause: 'the environment ended' });
    });
    return environment;
  }

  async #run(environment: Environment, event: unknown): Promise<InvocationResult> {
    const { name, timeoutSeconds } = this.#options;
    const timeoutMs = timeoutSeconds * 1000;
    const invocation: HostInvocation = { invocationId: randomUUID(), functionName: name, event, timeoutMs };
    const { promise, resolve } = Promise.withResolvers<InvocationResult>();
    environment.settle = resolve;
    const timer = setTimeout(() => {
      resolve({ kind: 'killed', cause: `timed out after ${timeoutSeconds} s` });
      void environment.thread.terminate();
    }, timeoutMs);
    environment.thread.postMessage(invocation);
    const result = await promise;
    clearTimeout(timer);
    environment.settle = undefined;
    return result;
  }
}

async function end({ thread, ended }: Environment): Promise<void> {
  await thread.terminate();
  await ended;
}
