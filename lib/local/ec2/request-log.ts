import type { DecodedInput } from './form-decoder.ts';

/** One call as the endpoint saw it. */
export interface RequestRecord {
  readonly action: string;
  readonly input: DecodedInput;
  /** `ok`, the error code, or `request-dropped` when a fault broke the connection before the call took effect. */
  readonly outcome: string;
  readonly clientToken?: string;
  /** Epoch milliseconds of the world's clock. */
  readonly at: number;
}

/** Calls kept; older ones are dropped so that a long run does not grow. */
const maxRequests = 10_000;

/** Appends to the log and keeps it within its bound. */
export function recordRequest(log: RequestRecord[], request: RequestRecord): void {
  log.push(request);
  if (log.length > maxRequests) log.splice(0, log.length - maxRequests);
}
