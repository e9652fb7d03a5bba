import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlantedCopy, plantedCopy } from './planted-copy.ts';

const floating = 'const work = async (): Promise<number> => 1;\nexport function start(): void {\n  work();\n}\n';

/** What must not stand: the rule that says so, the file, and its source. */
const plants: readonly (readonly [rule: string, file: string, source: string])[] = [
  ['noRestrictedGlobals', 'lib/core/plant-date.ts', 'export const now = () => Date.now();\n'],
  ['noRestrictedGlobals', 'lib/core/plant-new-date.ts', 'export const now = () => new Date();\n'],
  ['noRestrictedGlobals', 'lib/core/plant-global.ts', 'export const now = () => globalThis.Date.now();\n'],
  ['plugin', 'lib/core/plant-random.ts', 'export const random = () => Math.random();\n'],
  ['plugin', 'lib/core/plant-borrowed-random.ts', 'export const random = Math.random;\n'],
  ['noRestrictedGlobals', 'lib/control/plant-date.ts', 'export const now = () => Date.now();\n'],
  ['noRestrictedGlobals', 'lib/control/plant-global.ts', 'export const now = () => globalThis.Date.now();\n'],
  ['noRestrictedGlobals', 'lib/control/plant-clock.ts', 'export const now = () => performance.now();\n'],
  ['noRestrictedGlobals', 'lib/control/plant-timer.ts', 'export const wait = () => setTimeout(() => undefined, 1);\n'],
  ['noRestrictedGlobals', 'lib/control/plant-id.ts', 'export const id = () => crypto.randomUUID();\n'],
  ['noRestrictedGlobals', 'lib/control/plant-fetch.ts', "export const ask = () => fetch('http://127.0.0.1');\n"],
  ['noRestrictedGlobals', 'lib/control/plant-process.ts', 'export const args = () => process.argv;\n'],
  ['plugin', 'lib/control/plant-random.ts', 'export const random = () => Math.random();\n'],
  ['plugin', 'lib/control/plant-taken-random.ts', 'export const { random } = Math;\n'],
  ['noProcessEnv', 'lib/aws/plant-env.ts', "export const home = process.env['HOME'];\n"],
  ['noProcessEnv', 'lib/cli/plant-env.ts', "export const home = process.env['HOME'];\n"],
  [
    'noProcessEnv',
    'lib/local/plant-env.ts',
    "import { env } from 'node:process';\n\nexport const home = env['HOME'];\n",
  ],
  ['noDefaultExport', 'lib/aws/plant-default.ts', 'export default 1;\n'],
  ['noEnum', 'lib/aws/plant-enum.ts', "export enum Colour {\n  Red = 'red',\n}\n"],
  ['noExplicitAny', 'lib/aws/plant-any.ts', 'export const found: any = 1;\n'],
  ['noNonNullAssertion', 'lib/aws/plant-non-null.ts', 'export const first = (list: string[]) => list[0]!.length;\n'],
  ['noConsole', 'lib/aws/plant-console.ts', "export const say = () => console.log('');\n"],
  ['noConsole', 'lambdas/plant-console.ts', "export const say = () => console.log('');\n"],
  ['noParameterAssign', 'lib/aws/plant-parameter.ts', 'export function add(n: number) {\n  n += 1;\n  return n;\n}\n'],
  ['useThrowOnlyError', 'lib/aws/plant-throw.ts', "export function fail() {\n  throw 'text';\n}\n"],
  ['noFloatingPromises', 'lib/aws/plant-floating.ts', floating],
  [
    'noFloatingPromises',
    'lib/aws/plant-floating-port.ts',
    "import type { Clock } from '../control/ports.ts';\n\nexport function wait(clock: Clock): void {\n  clock.sleep(1);\n}\n",
  ],
  [
    'useExhaustiveSwitchCases',
    'lib/aws/plant-switch.ts',
    "export function size(of: 'a' | 'b') {\n  switch (of) {\n    case 'a':\n      return 1;\n  }\n  return 0;\n}\n",
  ],
  [
    'noImportCycles',
    'lib/aws/plant-egg.ts',
    "import { hen } from './plant-hen.ts';\n\nexport const egg = () => hen;\n",
  ],
  [
    'noImportCycles',
    'lib/aws/plant-hen.ts',
    "import { egg } from './plant-egg.ts';\n\nexport const hen = () => egg;\n",
  ],
  ['noFocusedTests', 'test/plant-only.test.ts', "import { it } from 'vitest';\n\nit.only('x', () => undefined);\n"],
  ['noSkippedTests', 'test/plant-skip.test.ts', "import { it } from 'vitest';\n\nit.skip('x', () => undefined);\n"],
  ['plugin', 'test/plant-skip-if.test.ts', "import { it } from 'vitest';\n\nit.skipIf(true)('x', () => undefined);\n"],
  ['plugin', 'test/plant-todo.test.ts', "import { it } from 'vitest';\n\nit.todo('x');\n"],
];

/** What may stand beside the rules above. */
const allowed: readonly (readonly [file: string, source: string])[] = [
  ['bin/plant-good.ts', "export const say = () => console.log(process.env['HOME']);\n"],
  ['worker/plant-good.ts', "export const say = () => console.log(process.env['HOME'], Date.now(), Math.random());\n"],
  ['lib/cli/plant-good.ts', "export const say = () => console.log('');\n"],
  ['lib/core/plant-good.ts', 'export const largest = (list: number[]) => Math.max(...list);\n'],
  [
    'lib/control/plant-good.ts',
    'export const read = (given: { process: string; fetch: string }) => given.process + given.fetch;\n',
  ],
];

const folders = ['bin', 'lambdas', 'lib', 'scripts', 'worker'];

describe('the linter', () => {
  let copy: PlantedCopy | undefined;
  let findings: readonly { readonly rule: string; readonly file: string }[] = [];
  beforeAll(() => {
    const planted = [...plants.map(([, file, source]) => [file, source] as const), ...allowed];
    copy = plantedCopy(folders, new Map(planted));
    const args = ['lint', '--reporter=github', '--max-diagnostics=none', '--diagnostic-level=error', '--colors=off'];
    const output = copy.run('biome', ...args, ...folders, 'test');
    findings = [...output.matchAll(/^::error title=([^,]*),file=([^,]*),/gm)].map(([, title = '', file = '']) => ({
      rule: title.split('/').at(-1) ?? '',
      file,
    }));
  });
  afterAll(() => copy?.remove());

  it.each(plants)('reports %s in %s', (rule, file) => {
    expect(findings).toContainEqual({ rule, file });
  });

  it('reports nothing but what was planted', () => {
    const wrong = new Set(plants.map(([, file]) => file));
    expect(findings.filter(({ file }) => !wrong.has(file))).toEqual([]);
  });
});
