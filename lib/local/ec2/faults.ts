import type { DecodedInput } from './form-decoder.ts';

/** Something that goes wrong with calls of one action on purpose. */
export type Fault = FaultTarget & FaultKind;

interface FaultTarget {
  readonly action: string;
  /** Which calls are hit; absent: all. */
  readonly when?: (input: DecodedInput) => boolean;
  /** How many calls are hit; absent: all until the faults are cleared. */
  readonly times?: number;
}

type FaultKind =
  | { readonly kind: 'error'; readonly code: string; readonly status?: number; readonly message?: string }
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** The call takes effect, its answer is lost: the connection breaks. */
  | { readonly kind: 'drop-response' }
  /** The connection breaks before the call takes effect. */
  | { readonly kind: 'drop-request' };

/** The faults in force, first added first. */
export class Faults {
  #armed: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#armed.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#armed = [];
  }

  /** The faults that hit this call: every delay before the first fault of another kind, and that one. Each counts as used. */
  strike(action: string, input: DecodedInput): Fault[] {
    const struck: Fault[] = [];
    for (const armed of this.#armed) {
      if (armed.left <= 0 || armed.fault.action !== action || armed.fault.when?.(input) === false) continue;
      armed.left -= 1;
      struck.push(armed.fault);
      if (armed.fault.kind !== 'delay') break;
    }
    this.#armed = this.#armed.filter((armed) => armed.left > 0);
    return struck;
  }
}
