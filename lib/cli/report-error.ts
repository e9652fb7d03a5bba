import { CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import type { ExitCode } from './exit-codes.ts';
import { formatSourceProblem } from './format/problems.ts';
import type { CliContext, Style } from './session.ts';

/** Tells the person, or the program with `--json`, what went wrong. The stack trace only appears when DEBUG is set. */
export function reportError(error: unknown, { io, env }: CliContext, json: boolean, style: Style): ExitCode {
  const shown = error instanceof CliError ? error : toCliError(error);
  if (json) {
    const { kind, message, exitCode, problems } = shown;
    const detail = problems.length === 0 ? {} : { problems };
    io.stderr.write(`${JSON.stringify({ error: { kind, message, exitCode, ...detail } })}\n`);
  } else {
    for (const problem of shown.problems) io.stderr.write(`${formatSourceProblem(problem)}\n`);
    io.stderr.write(`${style.red('error:')} ${shown.message}\n`);
  }
  const debug = env['DEBUG'] ?? '';
  if (debug !== '' && error instanceof Error) io.stderr.write(`${error.stack ?? ''}\n`);
  return shown.exitCode;
}

function toCliError(error: unknown): CliError {
  if (error instanceof CommanderError) return new CliError('usage', error.message.replace(/^error: /, ''));
  if (!(error instanceof Error)) return new CliError('failure', String(error));
  const name = error.name === 'Error' ? '' : `${error.name}: `;
  const hint = hints[error.name];
  return new CliError('failure', `${name}${error.message}${hint === undefined ? '' : `\n${hint}`}`);
}

/** What to do about the errors of AWS that a newcomer meets first, by the name that AWS gives them. */
const hints: Readonly<Record<string, string>> = {
  CredentialsProviderError: 'No AWS credentials were found: log in, or set AWS_PROFILE. For local mode add --local.',
  ExpiredTokenException: 'The AWS session has expired: log in again.',
  UnrecognizedClientException: 'AWS does not know these credentials: check AWS_PROFILE and the region.',
  ResourceNotFoundException: 'There is no such table: check --provisioner, --region and the names of the tables.',
  AccessDeniedException: 'These credentials may not do that: ask for the permissions of an operator.',
  UnauthorizedOperation: 'These credentials may not do that: ask for the permissions of an operator.',
};
