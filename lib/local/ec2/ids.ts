/** Makes EC2-shaped ids, one after the other, the same in each run with the same seed. */
export class IdSequence {
  readonly #seedHex: string;
  #count = 0;

  constructor(seed: number) {
    this.#seedHex = (seed >>> 0).toString(16).padStart(8, '0');
  }

  /** E.g. `i-` and 17 hexadecimal digits. */
  next(prefix: string): string {
    return `${prefix}-${this.#seedHex}${this.#nextHex(9)}`;
  }

  /** A spot request id: `sir-` and 8 characters. */
  nextSpotRequest(): string {
    return `sir-${this.#nextHex(8)}`;
  }

  /** A UUID. */
  nextUuid(): string {
    return `${this.#seedHex}-0000-4000-8000-${this.#nextHex(12)}`;
  }

  #nextHex(digits: number): string {
    this.#count += 1;
    return this.#count.toString(16).padStart(digits, '0');
  }
}

/** Whether an id has the shape of its kind: the prefix, then 8 or 17 hexadecimal digits. */
export function isWellFormed(id: string, prefix: string): boolean {
  return new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`).test(id);
}
