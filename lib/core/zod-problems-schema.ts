import type * as z from 'zod';
import type { Problem } from './problem.ts';

/** A hand-edited item can be 400 KB of junk: past this many problems the rest is only counted. */
const MAX_PROBLEMS = 50;
const MAX_FOUND_CHARS = 60;

/** Turns zod's issues into problems that also say what was found at the field. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], input: unknown): Problem[] {
  const problems = issues.flatMap((issue) => issueProblems(issue, input));
  if (problems.length <= MAX_PROBLEMS) return problems;
  const rest = { path: '', message: `${problems.length - MAX_PROBLEMS} more problems are not listed` };
  return [...problems.slice(0, MAX_PROBLEMS), rest];
}

function issueProblems(issue: z.core.$ZodIssue, input: unknown): Problem[] {
  const path = formatPath(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: path === '' ? shorten(key) : `${path}.${shorten(key)}`,
      message: 'is not a field of this document (check the spelling)',
    }));
  }
  if (issue.code === 'custom') return [{ path, message: issue.message }];
  const found = valueAt(input, issue.path);
  if (found === undefined) return [{ path, message: `is missing (${lowerFirst(issue.message)})` }];
  return [{ path, message: `${lowerFirst(issue.message)}, found ${show(found)}` }];
}

function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const name = shorten(String(part));
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return (value as Record<PropertyKey, unknown>)[part];
  }, input);
}

function show(value: unknown): string {
  if (value instanceof Set) return 'a set';
  if (value instanceof Uint8Array) return 'binary data';
  if (typeof value === 'bigint') return shorten(String(value));
  try {
    return shorten(JSON.stringify(value) ?? String(value));
  } catch {
    return `a ${typeof value} that cannot be shown`;
  }
}

const shorten = (text: string): string =>
  text.length <= MAX_FOUND_CHARS ? text : `${text.slice(0, MAX_FOUND_CHARS)}... (${text.length} characters)`;

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
