/** Adds a failure of a worker type, in words, to what failed for it before. */
export function noteFailure(failures: Map<string, string>, workerType: string, failure: string): void {
  const earlier = failures.get(workerType);
  failures.set(workerType, earlier === undefined ? failure : `${earlier}; ${failure}`);
}
