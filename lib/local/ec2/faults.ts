import type { FleetLaunchTemplateOverridesRequest } from '@aws-sdk/client-ec2';
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
  | { readonly kind: 'drop-request' }
  | FleetErrorFault;

/** The call succeeds, and its answer has this error for the overrides that are meant; they launch nothing. */
interface FleetErrorFault {
  readonly kind: 'fleet-error';
  readonly code: string;
  readonly overrides: (override: FleetLaunchTemplateOverridesRequest) => boolean;
}

/** A fault of a call as a whole. */
type CallFault = Exclude<Fault, FleetErrorFault>;

interface Armed {
  readonly fault: Fault;
  left: number;
}

/** The faults in force, first added first. */
export class Faults {
  #armed: Armed[] = [];

  add(fault: Fault): void {
    this.#armed.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#armed = [];
  }

  /**
   * The faults that hit this call as a whole: every delay before the first fault of another kind, and that one. Each
   * counts as used.
   */
  strike(action: string, input: DecodedInput): CallFault[] {
    const struck: CallFault[] = [];
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (fault.kind === 'fleet-error' || !hits(armed, action, input)) continue;
      armed.left -= 1;
      struck.push(fault);
      if (fault.kind !== 'delay') break;
    }
    return struck;
  }

  /** The errors inside the answer to this fleet request; each fault counts as used, whether it names an override or not. */
  strikeFleet(input: DecodedInput): FleetErrorFault[] {
    return this.#armed.flatMap((armed) => {
      const { fault } = armed;
      if (fault.kind !== 'fleet-error' || !hits(armed, 'CreateFleet', input)) return [];
      armed.left -= 1;
      return [fault];
    });
  }
}

const hits = ({ fault, left }: Armed, action: string, input: DecodedInput): boolean =>
  left > 0 && fault.action === action && fault.when?.(input) !== false;
