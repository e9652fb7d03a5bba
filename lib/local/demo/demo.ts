/**
 * The main job of local mode: an example worker type, real tasks, and proof that each was done.
 *
 * Life of a run: tasks are sent to the queue -> the provisioner launches -> workers run them -> the queue is empty and
 * every result is on disk -> workers idle out -> results are checked and summed up. Tasks that an earlier run left in
 * the queue are done beside them.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTaskQueue, sendTasks, type TaskQueue } from '../../aws/task-queue.ts';
import type { LocalEvent, LocalMode } from '../local-mode.ts';
import { eventLine } from '../terminal/event-lines.ts';
import { renderLive } from '../terminal/live-view.ts';
import type { Screen } from '../terminal/screen.ts';
import { type DemoTask, demoMessage, demoTasks } from './demo-tasks.ts';
import { demoWorkerType } from './demo-worker-type.ts';
import { FleetAccount } from './fleet-account.ts';
import { type Summary, summarise } from './summary.ts';
import { verifyResults } from './verify-results.ts';

export interface DemoOptions {
  readonly folder: string;
  readonly tasks: number;
  /** Where real files to work on are found. */
  readonly sourceFolder: string;
  /** The program of a task. */
  readonly taskProgram: string;
  readonly screen: Screen;
  /** Shown beside the title. */
  readonly hint: string;
}

const LOOK_EVERY_MS = 250;

/** One demonstration on a running local mode. */
export class Demo {
  readonly #options: DemoOptions;
  readonly #fleet = new FleetAccount();

  constructor(options: DemoOptions) {
    this.#options = options;
  }

  /** Takes in what happens; give it to local mode as its `onEvent`. */
  observe(event: LocalEvent): void {
    this.#fleet.observe(event, Date.now());
    const line = eventLine(event);
    if (line !== undefined) this.#options.screen.print(`${new Date().toISOString().slice(11, 19)} ${line}`);
  }

  /** Sends the tasks, waits until they are done and the workers are gone, and sums up. Rejects when `signal` aborts. */
  async run(local: LocalMode, signal: AbortSignal): Promise<Summary> {
    const { folder, tasks: count, sourceFolder, taskProgram } = this.#options;
    const queue = await createTaskQueue(local.clients.sqs, `${local.connection.provisionerId}-demo`);
    await applyDemoWorkerType(local, queue.queueUrl);
    const resultFolder = join(folder, 'results', new Date().toISOString().replaceAll(':', '-'));
    mkdirSync(resultFolder, { recursive: true });
    const tasks = demoTasks(count, sourceFolder, resultFolder);
    const failedBefore = await waiting(local, queue.deadLetterQueueUrl);

    const sentAt = Date.now();
    const messages = tasks.map((task) => demoMessage(task, taskProgram));
    await sendTasks(local.clients.sqs, queue.queueUrl, messages);
    while (!(await this.#isOver(local, queue, tasks, failedBefore))) await sleep(LOOK_EVERY_MS, undefined, { signal });
    return summarise({
      results: await verifyResults(tasks),
      sentAt,
      nowMs: Date.now(),
      fleet: this.#fleet,
      resultFolder,
    });
  }

  /** Draws what is going on until the signal aborts, also when no run is under way. */
  async show(local: LocalMode, signal: AbortSignal): Promise<void> {
    const queue = await createTaskQueue(local.clients.sqs, `${local.connection.provisionerId}-demo`);
    while (!signal.aborted) {
      await this.#draw(local, queue);
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
  }

  /** Every result is there, or failed for good, and the workers have left. */
  async #isOver(
    local: LocalMode,
    queue: TaskQueue,
    tasks: readonly DemoTask[],
    failedBefore: number,
  ): Promise<boolean> {
    const finished = tasks.filter(({ result }) => existsSync(`${result}.json`)).length;
    const failed = (await waiting(local, queue.deadLetterQueueUrl)) - failedBefore;
    if (finished + failed < tasks.length || (await waiting(local, queue.queueUrl)) > 0) return false;
    return this.#fleet.workers.size > 0 && this.#fleet.present().length === 0;
  }

  async #draw(local: LocalMode, { queueUrl }: TaskQueue): Promise<void> {
    const [backlog, { workerTypes }] = await Promise.all([
      local.ports.backlog.read(queueUrl),
      local.ports.board.load(),
    ]);
    const view = {
      provisionerId: local.connection.provisionerId,
      nowMs: Date.now(),
      backlog,
      statuses: workerTypes,
      instances: [...local.worlds.values()].flatMap((world) => world.instances()),
      tasksOf: (instanceId: string) => this.#fleet.tasksOf(instanceId),
      finishedTasks: this.#fleet.finishedTasks,
      hint: this.#options.hint,
    };
    this.#options.screen.draw((columns) => renderLive(view, columns));
  }
}

/** Tasks in a queue, in whatever condition. Throws when the queue cannot be read: unknown is not none. */
async function waiting(local: LocalMode, queueUrl: string): Promise<number> {
  const backlog = await local.ports.backlog.read(queueUrl);
  if (backlog.kind === 'unknown') throw new Error(`the queue ${queueUrl} cannot be read: ${backlog.reason}`);
  return backlog.pendingTasks + backlog.claimedTasks + backlog.delayedTasks;
}

async function applyDemoWorkerType(local: LocalMode, queueUrl: string): Promise<void> {
  const definition = demoWorkerType(local.connection.provisionerId, queueUrl);
  const stored = await local.ports.workerTypes.get(definition.workerType);
  // A user may have changed the example, which is what it is for: only the queue has to be this run's.
  const previous = stored?.parsed.kind === 'valid' ? stored.parsed.definition : undefined;
  if (previous?.queueUrls[0] === queueUrl) return;
  const version = stored === undefined ? undefined : (previous?.version ?? 1);
  const saved = await local.ports.workerTypes.save({ ...(previous ?? definition), queueUrls: [queueUrl] }, version);
  if (saved === 'conflict')
    throw new Error(`the worker type ${definition.workerType} was changed by somebody else; start again`);
}
