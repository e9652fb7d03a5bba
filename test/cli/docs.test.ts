import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { cliDocs } from '../../scripts/generate-cli-docs.ts';

it('docs/cli.md shows the help that the commands print', () => {
  expect(readFileSync('docs/cli.md', 'utf8')).toBe(cliDocs());
});

it('every command shows examples', () => {
  const sections = cliDocs().split('\n## ').slice(1);
  expect(sections.length).toBeGreaterThan(10);
  for (const section of sections) expect(section).toContain('\nExamples:\n');
});
