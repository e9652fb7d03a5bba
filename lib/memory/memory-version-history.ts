import type { VersionHistory, VersionRecord } from '../control/check-ports.ts';

/** Versions in a map. */
export class MemoryVersionHistory implements VersionHistory {
  readonly #records = new Map<string, VersionRecord>();

  async list(workerType: string): Promise<VersionRecord[]> {
    return [...this.#records.values()]
      .filter((record) => record.workerType === workerType)
      .toSorted((a, b) => a.version - b.version)
      .map((record) => structuredClone(record));
  }

  async get(workerType: string, version: number): Promise<VersionRecord | undefined> {
    return structuredClone(this.#records.get(keyOf({ workerType, version })));
  }

  async add(record: VersionRecord): Promise<'added' | 'taken'> {
    if (this.#records.has(keyOf(record))) return 'taken';
    this.#records.set(keyOf(record), structuredClone(record));
    return 'added';
  }

  async complete(record: VersionRecord): Promise<void> {
    this.#records.set(keyOf(record), structuredClone(record));
  }
}

const keyOf = ({ workerType, version }: Pick<VersionRecord, 'workerType' | 'version'>): string =>
  `${workerType}#${version}`;
