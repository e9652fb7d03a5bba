import type { Problem } from '../core/problem.ts';
import type { ExitCode } from './exit-codes.ts';
import { exitCodes } from './exit-codes.ts';

/** Why a command ended early, in a word that scripts may rely on. */
export type CliErrorKind =
  | 'failure'
  | 'usage'
  | 'invalid-input'
  | 'not-found'
  | 'not-confirmed'
  | 'conflict'
  | 'partly-failed';

const exitCodeOf: Readonly<Record<CliErrorKind, ExitCode>> = {
  failure: exitCodes.failure,
  usage: exitCodes.usage,
  'invalid-input': exitCodes.usage,
  'not-found': exitCodes.failure,
  'not-confirmed': exitCodes.failure,
  conflict: exitCodes.conflict,
  'partly-failed': exitCodes.partlyFailed,
};

/** A problem of an input, with the place in the file where the document begins. */
export interface SourceProblem extends Problem {
  readonly file: string;
  /** Line of the document, or of the syntax error; 1 is the first. */
  readonly line: number;
  readonly workerType?: string;
}

/** An ending that the person at the terminal can understand and act on: shown as it is, without a stack trace. */
export class CliError extends Error {
  readonly kind: CliErrorKind;
  readonly problems: readonly SourceProblem[];

  constructor(kind: CliErrorKind, message: string, problems: readonly SourceProblem[] = []) {
    super(message);
    this.name = 'CliError';
    this.kind = kind;
    this.problems = problems;
  }

  get exitCode(): ExitCode {
    return exitCodeOf[this.kind];
  }
}
