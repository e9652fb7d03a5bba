import type { ImportReport } from '../../core/import/import-report.ts';
import type { Style } from '../session.ts';

/** What became of one imported definition, a line for each field. */
export function formatImportReport(name: string, report: ImportReport, style: Style): string {
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`  ${title}`, ...lines.map((line) => `    ${line}`)];
  return [
    style.bold(name),
    ...section(
      style.green('translated'),
      report.translated.map(({ path, to }) => (path === to ? path : `${path} -> ${to}`)),
    ),
    ...section(
      style.yellow('approximated'),
      report.approximated.map(({ path, how }) => `${path}: ${how}`),
    ),
    ...section(
      style.yellow('dropped'),
      report.dropped.map(({ path, why }) => `${path}: ${why}`),
    ),
    ...section(
      style.red('needed'),
      report.needed.map(({ path, what }) => `${path}: ${what}`),
    ),
  ].join('\n');
}
