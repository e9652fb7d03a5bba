import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { taskSchema } from '../../lib/core/task-schema.ts';
import { workerSettingsSchema } from '../../lib/core/worker-settings-schema.ts';
import type { Parsed } from '../../worker/document.ts';
import { parseSettings } from '../../worker/settings.ts';
import { parseTask } from '../../worker/task.ts';
import { aSettings } from './worker-world.ts';

/** A good document in which some fields are dropped, replaced by anything, or added. */
const almost = (good: object) =>
  fc
    .tuple(
      fc.subarray(Object.keys(good), { minLength: 0 }),
      fc.dictionary(
        fc.oneof(
          fc.constantFrom(...Object.keys(good)),
          fc.string().filter((key) => key !== '__proto__'),
        ),
        fc.oneof(
          fc.jsonValue(),
          fc.constantFrom('', [], ['sh'], ['sh', 1], { A: 'b' }, { A: 1 }, null),
          fc.constantFrom(0, -0, 1, 1.5, -1, 2, 43_200, 43_201, 2 ** 53, 1e308),
        ),
        { maxKeys: 2 },
      ),
      fc.constantFrom(0, 1, 2),
    )
    .map(([dropped, changes, drops]) => {
      const kept = Object.entries(good).filter(([key]) => !dropped.slice(0, drops).includes(key));
      return JSON.stringify({ ...Object.fromEntries(kept), ...changes });
    });

const texts = (good: object) => fc.oneof({ weight: 8, arbitrary: almost(good) }, fc.json(), fc.string());

function expectSame(parse: (text: string) => Parsed<unknown>, schema: z.ZodType) {
  return (text: string) => {
    // A key named __proto__ is dropped by zod and kept by the worker; it means nothing to either.
    fc.pre(!text.includes('__proto__'));
    const mine = parse(text);
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch {
      expect(mine).toMatchObject({ kind: 'malformed', problems: expect.arrayContaining(['is not JSON']) });
      return;
    }
    const theirs = schema.safeParse(document);
    expect(mine.kind === 'parsed').toBe(theirs.success);
    if (mine.kind === 'parsed') expect(mine.value).toEqual(theirs.data);
    else expect(mine.problems.length).toBeGreaterThan(0);
  };
}

describe('the hand-written parsers agree with the schemas', () => {
  it.each([
    ['task', parseTask, taskSchema, { command: ['sh', '-c', 'true'], env: { A: 'b' }, maxRunTimeSeconds: 60 }],
    [
      'settings',
      parseSettings,
      workerSettingsSchema,
      aSettings({ userData: { a: [1, null, { b: true }] }, secrets: { A: 'ssm:/a' } }),
    ],
  ] as const)('on any %s', (_name, parse, schema, good) => {
    expect(parse(JSON.stringify(good)).kind).toBe('parsed');
    fc.assert(fc.property(texts(good), expectSame(parse, schema)), { numRuns: 1500 });
  });

  it('says everything that is wrong with a task at once', () => {
    expect(parseTask('{"command":[],"env":{"A":1},"maxRunTimeSeconds":0,"shell":true}')).toEqual({
      kind: 'malformed',
      problems: [
        'shell is unknown',
        'command must be a list of at least one string',
        'env must be an object of strings',
        'maxRunTimeSeconds must be an integer from 1 to 43200',
      ],
    });
  });
});
