/** Receivers waiting for something to happen to a queue. */
export class LongPolls {
  readonly #waiting = new Map<number, Set<() => void>>();

  /** Resolves at the next `wake` of the queue, after `timeoutMs`, or when `cancelled` aborts. */
  wait(queueId: number, timeoutMs: number, cancelled: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiters = this.#waiting.get(queueId) ?? new Set();
      this.#waiting.set(queueId, waiters);
      const finish = () => {
        clearTimeout(timer);
        cancelled.removeEventListener('abort', finish);
        waiters.delete(finish);
        if (waiters.size === 0) this.#waiting.delete(queueId);
        resolve();
      };
      const timer = setTimeout(finish, Math.max(1, timeoutMs));
      waiters.add(finish);
      cancelled.addEventListener('abort', finish);
    });
  }

  /** Lets every receiver of the queue look again, the one that has waited longest first. */
  wake(queueId: number): void {
    for (const finish of [...(this.#waiting.get(queueId) ?? [])]) finish();
  }
}
