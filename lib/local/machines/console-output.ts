/** What EC2 keeps of a console (GetConsoleOutput). */
const MAX_CHARS = 64 * 1024;
/** Consoles kept, those of dead machines included, so that a long run does not grow. */
const MAX_CONSOLES = 200;

/** The end of what each machine printed. */
export class ConsoleOutput {
  readonly #consoles = new Map<string, string>();

  append(instanceId: string, line: string): void {
    this.#consoles.set(instanceId, `${this.read(instanceId)}${line}\n`.slice(-MAX_CHARS));
    if (this.#consoles.size <= MAX_CONSOLES) return;
    const [oldest] = this.#consoles.keys();
    if (oldest !== undefined) this.#consoles.delete(oldest);
  }

  read(instanceId: string): string {
    return this.#consoles.get(instanceId) ?? '';
  }
}
