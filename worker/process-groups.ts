/** Sends a signal to a whole process group; a group that is gone is no error. Answers whether it still exists. */
export function signalGroup(groupId: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-groupId, signal);
    return true;
  } catch {
    return false;
  }
}

/** The process groups of the tasks that run now, for endings that leave no time for manners. */
export class ProcessGroups {
  readonly #groupIds = new Set<number>();

  add(groupId: number): void {
    this.#groupIds.add(groupId);
  }

  remove(groupId: number): void {
    this.#groupIds.delete(groupId);
  }

  killAll(): void {
    for (const groupId of this.#groupIds) signalGroup(groupId, 'SIGKILL');
  }
}
