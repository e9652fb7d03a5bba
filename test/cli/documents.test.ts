import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { parseDocuments, readDocuments } from '../../lib/cli/documents.ts';

describe('parseDocuments', () => {
  it.each([
    ['one YAML document', 'a.yaml', '# note\nx: 1\n', [[2, { x: 1 }]]],
    [
      'several YAML documents, empty ones left out',
      'a.yaml',
      'x: 1\n---\n---\nx: 2\n',
      [
        [1, { x: 1 }],
        [4, { x: 2 }],
      ],
    ],
    [
      'a YAML list',
      'a.yaml',
      '- x: 1\n- x: 2\n',
      [
        [1, { x: 1 }],
        [1, { x: 2 }],
      ],
    ],
    ['a JSON object', 'a.json', '{"x": 1}', [[1, { x: 1 }]]],
    [
      'a JSON array',
      'a.json',
      '[{"x": 1}, {"x": 2}]',
      [
        [1, { x: 1 }],
        [1, { x: 2 }],
      ],
    ],
    ['an anchor used twice', 'a.yaml', 'x: &x [1]\ny: *x\n', [[1, { x: [1], y: [1] }]]],
  ])('reads %s', (_what, file, text, expected) => {
    const { documents, problems } = parseDocuments(file, text);
    expect(problems).toEqual([]);
    expect(documents).toEqual(expected.map(([line, value]) => ({ file, line, value })));
  });

  it.each([
    ['YAML that is broken in line 3', 'a.yaml', 'x: 1\ny: 2\nz: [1\n', 4, 'is no YAML'],
    ['a YAML key that occurs twice', 'a.yaml', 'x: 1\nx: 2\n', 2, 'unique'],
    ['JSON that is broken in line 2', 'a.json', '{"x": 1,\n"y" 2}', 2, 'is no JSON'],
    ['an empty file', 'a.yaml', '# nothing\n', 1, 'holds no document'],
    ['an empty list', 'a.json', '[]', 1, 'holds no document'],
  ])('answers the line and the cause for %s', (_what, file, text, line, cause) => {
    const { documents, problems } = parseDocuments(file, text);
    expect(documents).toEqual([]);
    expect(problems).toMatchObject([{ file, line, path: '' }]);
    expect(problems[0]?.message).toContain(cause);
  });

  it('reads a bomb of aliases as a problem instead of expanding it', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 10; i += 1)
      lines.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      );
    const { documents, problems } = parseDocuments('a.yaml', lines.join('\n'));
    expect(documents).toEqual([]);
    expect(problems[0]?.message).toMatch(/alias/i);
  });
});

describe('readDocuments', () => {
  const io = (stdin: string) => {
    const sink = { write: () => undefined };
    return { stdin: new PassThrough().end(stdin), stdout: sink, stderr: sink, canAsk: false, colour: false };
  };

  it('reads standard input for a dash', async () => {
    expect((await readDocuments(['-'], io('x: 1'))).documents).toEqual([
      { file: 'standard input', line: 1, value: { x: 1 } },
    ]);
  });

  it('names a file that cannot be read and still reads the others', async () => {
    const { documents, problems } = await readDocuments(['/no/such/file.yaml', '-'], io('x: 1'));
    expect(documents).toHaveLength(1);
    expect(problems).toMatchObject([{ file: '/no/such/file.yaml', line: 1 }]);
    expect(problems[0]?.message).toContain('ENOENT');
  });
});
