/** What the shell is told. Scripts depend on these numbers: they are part of the interface. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  conflict: 3,
  partlyFailed: 4,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit codes as the help shows them. */
export const exitCodeHelp = `Exit codes:
  0  done
  1  failed, nothing was changed by the step that failed
  2  wrong usage or invalid input, nothing was changed
  3  conflict: somebody else changed it in the meantime
  4  partly failed: the output says what was done and what was not`;
