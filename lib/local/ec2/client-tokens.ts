import { Ec2Error } from './ec2-error.ts';

interface Remembered {
  readonly inputText: string;
  readonly at: number;
  /** Absent when the first call launched nothing and was refused. */
  output?: object;
}

/** Remembers what was answered to a ClientToken, so that a repeated call does nothing twice. */
export class ClientTokens {
  readonly #byScope = new Map<string, Remembered>();
  readonly #now: () => number;
  readonly #lifetimeMs: () => number;

  constructor(now: () => number, lifetimeMs: () => number) {
    this.#now = now;
    this.#lifetimeMs = lifetimeMs;
  }

  /**
   * Runs `act` unless this token was answered before. A refused call uses its token up as well: repeating it identically
   * tries again, repeating it with other input fails with IdempotentParameterMismatch.
   */
  once(scope: string, inputText: string, act: () => object): object {
    const known = this.#recall(scope);
    if (known !== undefined && known.inputText !== inputText) {
      throw new Ec2Error(
        'IdempotentParameterMismatch',
        'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
      );
    }
    if (known?.output !== undefined) return known.output;
    const remembered: Remembered = known ?? { inputText, at: this.#now() };
    this.#byScope.set(scope, remembered);
    remembered.output = act();
    return remembered.output;
  }

  #recall(scope: string): Remembered | undefined {
    const known = this.#byScope.get(scope);
    if (known === undefined || this.#now() - known.at < this.#lifetimeMs()) return known;
    this.#byScope.delete(scope);
    return undefined;
  }
}
