import type { CheckOutcome } from '../../control/check.ts';
import type { CheckReport, Finding } from '../../core/finding.ts';
import { describeProblem, type Problem } from '../../core/problem.ts';
import type { Style } from '../session.ts';
import { plural } from './duration.ts';

/** Pools spelled out after a finding; the rest is a number. */
const MOST_POOLS = 4;

/** What `doctor` found: a report for each definition, and what kept others from being checked. */
export interface DoctorResult extends CheckOutcome {
  readonly invalid: readonly { readonly workerType: string; readonly problems: readonly Problem[] }[];
}

/** The findings of each worker type, what could not be looked up, and a summary. */
export function formatDoctor({ reports, invalid, failures }: DoctorResult, style: Style): string {
  const findings = reports.flatMap((report) => report.findings);
  const count = (severity: Finding['severity']) => findings.filter((finding) => finding.severity === severity).length;
  return [
    ...invalid.map(({ workerType, problems }) =>
      [
        `${style.bold(workerType)}: not checked, its definition is invalid`,
        ...problems.map((problem) => `  ${style.red('error')}    ${describeProblem(problem)}`),
      ].join('\n'),
    ),
    ...reports.map((report) => formatReport(report, style)),
    ...failures.map((failure) => `${style.red('not checked:')} ${failure}`),
    `${plural(reports.length, 'worker type')} checked against the account: ${plural(count('error'), 'error')}, ${plural(count('warning'), 'warning')}.`,
  ].join('\n');
}

function formatReport({ workerType, definitionVersion, findings, unknown }: CheckReport, style: Style): string {
  const verdict = findings.length === 0 && unknown.length === 0 ? ': nothing found' : '';
  return [
    `${style.bold(workerType)} (version ${definitionVersion})${verdict}`,
    ...findings.map((finding) => formatFinding(finding, style)),
    ...unknown.map((words) => `  ${style.dim('unknown')}  ${words}`),
  ].join('\n');
}

function formatFinding({ severity, path, region, value, message, pools }: Finding, style: Style): string {
  const word = severity === 'error' ? `${style.red('error')}  ` : style.yellow('warning');
  const place = path === '' ? '' : `${path}: `;
  const named = value === '' ? '' : `${value} `;
  return `  ${word}  ${place}${named}${message} [${region}]${poolsInWords(pools)}`;
}

function poolsInWords(pools: readonly string[]): string {
  if (pools.length === 0) return '';
  const more = pools.length - MOST_POOLS;
  return `\n           cannot be launched: ${pools.slice(0, MOST_POOLS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
