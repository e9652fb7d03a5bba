import { AwsError } from './aws-error.ts';

/** A failure to answer with instead of running an action; it lasts for `times` matching calls, or until cleared. */
export interface Fault {
  readonly action: string;
  readonly when?: (input: Record<string, unknown>) => boolean;
  readonly code: string;
  readonly status: number;
  readonly message?: string;
  readonly times?: number;
  /** Further members of the error body, such as CancellationReasons. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The faults an endpoint was told to answer with; where several match a call, the one set first is used. */
export class FaultTable {
  #faults: { readonly fault: Fault; timesLeft: number }[] = [];

  /** Adds a fault to those already set. */
  set(fault: Fault): void {
    this.#faults.push({ fault, timesLeft: fault.times ?? Number.POSITIVE_INFINITY });
  }

  /** Forgets every fault. */
  clear(): void {
    this.#faults = [];
  }

  /** Throws the AwsError of the first fault that matches the call, and uses up one of its times. */
  throwIfSet(action: string, input: Record<string, unknown>): void {
    const match = this.#faults.find(({ fault }) => fault.action === action && (fault.when?.(input) ?? true));
    if (match === undefined) return;
    match.timesLeft -= 1;
    if (match.timesLeft <= 0) this.#faults = this.#faults.filter((entry) => entry !== match);
    const { code, message, status, details } = match.fault;
    throw new AwsError(code, message ?? `Injected ${code}`, status, details);
  }
}
