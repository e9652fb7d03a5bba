import { type ErrorRecord, mergeErrors } from '../control/error-record.ts';
import type { ErrorLog } from '../control/ports.ts';

/** Errors in memory. */
export class MemoryErrorLog implements ErrorLog {
  #errors: readonly ErrorRecord[] = [];

  async append(errors: readonly ErrorRecord[]): Promise<void> {
    this.#errors = mergeErrors([...this.#errors, ...structuredClone(errors)]);
  }

  async latest({ workerType, count }: Parameters<ErrorLog['latest']>[0]): Promise<ErrorRecord[]> {
    const asked = this.#errors.filter((error) => workerType === undefined || error.workerType === workerType);
    return structuredClone(asked.toSorted((a, b) => b.at - a.at).slice(0, count));
  }
}
