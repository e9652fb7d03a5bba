import type { MachineEvent } from './machine-event.ts';
import { killGroup } from './process-group.ts';

const TASK_ENDS = ['task-finished', 'task-failed', 'task-returned'];

/** The process groups of a worker's tasks, as its events tell: a worker that is killed cannot end them itself. */
export class TaskGroups {
  readonly #groupIds = new Map<unknown, number>();

  observe({ event, taskId, pid }: MachineEvent): void {
    if (event === 'task-started' && typeof pid === 'number') this.#groupIds.set(taskId, pid);
    else if (TASK_ENDS.includes(event)) this.#groupIds.delete(taskId);
  }

  killAll(): void {
    for (const groupId of this.#groupIds.values()) killGroup(groupId);
    this.#groupIds.clear();
  }
}
