import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
/** The rows of docs/superset.md that have to be there. */
const ROWS = [...Array.from({ length: 20 }, (_, index) => index + 1), 36, 40, 41, 46, 49, 50];

const rows = read('docs/superset.md')
  .split('\n')
  .flatMap((line) => {
    const [, number, subject = '', shown = ''] = /^\| (\d+) \| (.+?) \| (.+) \|$/.exec(line) ?? [];
    return number === undefined ? [] : [{ number: Number(number), subject, shown }];
  });
const tests = rows.flatMap(({ number, shown }) =>
  [...shown.matchAll(/`(test\/[^`]+)` "([^"]+)"/g)].map(([, file = '', title = '']) => ({ number, file, title })),
);

describe('the table of what is shown', () => {
  it('has every row once', () => {
    expect(rows.map(({ number }) => number)).toEqual(ROWS);
  });

  it.each(rows)('names a test for row $number, or says that nothing shows it yet', ({ shown }) => {
    expect(shown).toMatch(/`test\/[^`]+` "[^"]+"|not shown yet/);
    // Whatever stands in quotes stands behind the file that it is in.
    expect([...shown.matchAll(/"/g)].length / 2).toBe([...shown.matchAll(/`test\/[^`]+` "/g)].length);
  });

  it.each(tests)('row $number: $file has "$title"', ({ file, title }) => {
    expect(read(file)).toContain(title);
  });
});
