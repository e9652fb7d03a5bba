/** One thing that is wrong with an input, in words that name the field, what was found and what is allowed. */
export interface Problem {
  /** Field path such as `instanceTypes[0].capacity`; empty for the document as a whole. */
  readonly path: string;
  readonly message: string;
}

/** `path: message` for one problem. */
export const describeProblem = ({ path, message }: Problem): string => (path === '' ? message : `${path}: ${message}`);

/** All problems in one line, the first `most` spelled out. */
export function describeProblems(problems: readonly Problem[], most = 5): string {
  const shown = problems.slice(0, most).map(describeProblem).join('; ');
  const more = problems.length - most;
  return more > 0 ? `${shown}; and ${more} more` : shown;
}
