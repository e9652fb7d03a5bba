/** One invocation, from the local Lambda service to a function's thread. */
export interface HostInvocation {
  readonly invocationId: string;
  readonly functionName: string;
  readonly event: unknown;
  readonly timeoutMs: number;
}

/** The function's answer. */
export type HostAnswer =
  | { readonly invocationId: string; readonly kind: 'returned'; readonly value: unknown }
  | { readonly invocationId: string; readonly kind: 'threw'; readonly message: string };
