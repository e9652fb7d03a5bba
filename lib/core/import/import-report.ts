/** What became of each field of a definition in another system's format, by field path. */
export interface ImportReport {
  /** Means the same here. `path` is the old field, `to` the new one. */
  readonly translated: readonly { readonly path: string; readonly to: string }[];
  /** Means nearly the same here; `how` says what differs. */
  readonly approximated: readonly { readonly path: string; readonly how: string }[];
  /** Is not in the new definition, and why. */
  readonly dropped: readonly { readonly path: string; readonly why: string }[];
  /** What somebody has to say before the new definition is valid; `path` is the new field. */
  readonly needed: readonly { readonly path: string; readonly what: string }[];
}

/** Collects a report while a definition is read; what is said twice is kept once. */
export class ReportNotes {
  readonly #translated = new Map<string, { path: string; to: string }>();
  readonly #approximated = new Map<string, { path: string; how: string }>();
  readonly #dropped = new Map<string, { path: string; why: string }>();
  readonly #needed = new Map<string, { path: string; what: string }>();

  translated(path: string, to: string): void {
    this.#translated.set(`${path} ${to}`, { path, to });
  }

  approximated(path: string, how: string): void {
    this.#approximated.set(`${path} ${how}`, { path, how });
  }

  dropped(path: string, why: string): void {
    this.#dropped.set(`${path} ${why}`, { path, why });
  }

  needed(path: string, what: string): void {
    this.#needed.set(`${path} ${what}`, { path, what });
  }

  report(): ImportReport {
    const listed = <Note>(notes: ReadonlyMap<string, Note>): Note[] => [...notes.values()];
    return {
      translated: listed(this.#translated),
      approximated: listed(this.#approximated),
      dropped: listed(this.#dropped),
      needed: listed(this.#needed),
    };
  }
}

const MARK = 'NEEDED: ';

/** Stands where something is needed; no field takes it, so that validation names the place and what belongs there. */
export const placeholder = (what: string, option: string): string => `${MARK}${what} (${option})`;

/** What a placeholder asks for; undefined for any other value. */
export const askedFor = (value: unknown): string | undefined =>
  typeof value === 'string' && value.startsWith(MARK) ? value.slice(MARK.length) : undefined;
