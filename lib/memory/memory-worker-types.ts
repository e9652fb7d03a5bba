import type { StoredWorkerType, WorkerTypes } from '../control/ports.ts';
import { ALL_NAMES, isInRange, type NameRange } from '../core/name-range.ts';
import { parseWorkerType, type WorkerType } from '../core/worker-type-schema.ts';

/** Worker types in a map. `putRaw` stands for somebody who edits the table by hand. */
export class MemoryWorkerTypes implements WorkerTypes {
  readonly #documents = new Map<string, Record<string, unknown>>();

  putRaw(workerType: string, document: Record<string, unknown>): void {
    this.#documents.set(workerType, structuredClone(document));
  }

  async list(range: NameRange = ALL_NAMES): Promise<StoredWorkerType[]> {
    const names = [...this.#documents.keys()].filter((name) => isInRange(name, range));
    return names.sort().map((workerType) => this.#stored(workerType));
  }

  async get(workerType: string): Promise<StoredWorkerType | undefined> {
    return this.#documents.has(workerType) ? this.#stored(workerType) : undefined;
  }

  async save(definition: WorkerType, expectedVersion: number | undefined): Promise<'saved' | 'conflict'> {
    if (this.#versionOf(definition.workerType) !== expectedVersion) return 'conflict';
    this.putRaw(definition.workerType, { ...definition, version: (expectedVersion ?? 0) + 1 });
    return 'saved';
  }

  async remove(workerType: string, expectedVersion: number): Promise<'removed' | 'conflict' | 'absent'> {
    if (!this.#documents.has(workerType)) return 'absent';
    if (this.#versionOf(workerType) !== expectedVersion) return 'conflict';
    this.#documents.delete(workerType);
    return 'removed';
  }

  #stored(workerType: string): StoredWorkerType {
    const document = structuredClone(this.#documents.get(workerType) ?? {});
    return { workerType, document, parsed: parseWorkerType(document) };
  }

  /** An item written by hand may hold no version: it then counts as 1, as the schema reads it. */
  #versionOf(workerType: string): number | undefined {
    const document = this.#documents.get(workerType);
    if (document === undefined) return undefined;
    return typeof document['version'] === 'number' ? document['version'] : 1;
  }
}
