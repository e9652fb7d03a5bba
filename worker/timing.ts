/** How often and how long, in seconds. Each can be set in the environment; tests and local mode do. */
export interface Timing {
  /** Longest wait for a message; 20 is the most that SQS allows. */
  readonly longPollSeconds: number;
  /** A task whose worker died is visible again after this time. */
  readonly visibilitySeconds: number;
  /** A third of the visibility: two extensions in a row may fail. */
  readonly extendEverySeconds: number;
  /** A failed task is visible again after this time. */
  readonly retryDelaySeconds: number;
  /** EC2 gives the interruption notice two minutes ahead and asks to look for it every 5 seconds. */
  readonly watchEverySeconds: number;
  /** From SIGTERM to SIGKILL for a task that has to end. */
  readonly killGraceSeconds: number;
  /** To give tasks back. EC2 announces an interruption two minutes ahead; systemd waits 60 seconds after SIGTERM. */
  readonly leaveWithinSeconds: number;
  /** For how long a metadata service that does not answer is asked again before the worker gives up. */
  readonly startSeconds: number;
}

/** Reads the timing. Throws with every variable that is not a number of seconds. */
export function readTiming(environment: Readonly<Record<string, string | undefined>>): Timing {
  const problems: string[] = [];
  const seconds = (name: string, usual: number) => {
    const text = environment[name]?.trim();
    if (text === undefined) return usual;
    const value = text === '' ? Number.NaN : Number(text);
    if (!(value >= 0 && value <= 43_200)) problems.push(`${name} must be a number of seconds, got "${text}"`);
    return value;
  };
  const timing = {
    longPollSeconds: seconds('SPOT_WORKER_LONG_POLL_SECONDS', 20),
    visibilitySeconds: seconds('SPOT_WORKER_VISIBILITY_SECONDS', 60),
    extendEverySeconds: seconds('SPOT_WORKER_EXTEND_SECONDS', 20),
    retryDelaySeconds: seconds('SPOT_WORKER_RETRY_DELAY_SECONDS', 5),
    watchEverySeconds: seconds('SPOT_WORKER_WATCH_SECONDS', 5),
    killGraceSeconds: seconds('SPOT_WORKER_KILL_GRACE_SECONDS', 5),
    leaveWithinSeconds: seconds('SPOT_WORKER_LEAVE_SECONDS', 45),
    startSeconds: seconds('SPOT_WORKER_START_SECONDS', 60),
  };
  if (problems.length > 0) throw new Error(problems.join('; '));
  return timing;
}
