import type { ExplainedSection } from '../../core/explain-decision.ts';
import type { Style } from '../session.ts';

/** The sections of an explanation under bold headings. */
export const formatExplanation = (name: string, sections: readonly ExplainedSection[], style: Style): string =>
  [
    style.bold(name),
    ...sections.flatMap(({ heading, lines }) => [style.bold(heading), ...lines.map((line) => `  ${line}`)]),
  ].join('\n');
