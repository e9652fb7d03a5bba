import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlantedCopy, plantedCopy } from './planted-copy.ts';

/** What the compiler must not let into lib/core. An import from outside is reported once a file: each has its own. */
const plants: readonly (readonly [fact: string, file: string, source: string])[] = [
  ['the process', 'process.ts', 'export const found = process.argv;\n'],
  ['the console', 'console.ts', "export const found = () => console.log('');\n"],
  ['the network', 'fetch.ts', "export const found = () => fetch('');\n"],
  ['timers', 'timeout.ts', 'export const found = () => setTimeout(() => undefined, 1);\n'],
  ['microtasks', 'microtask.ts', 'export const found = () => queueMicrotask(() => undefined);\n'],
  ['the monotonic clock', 'performance.ts', 'export const found = () => performance.now();\n'],
  ['random identifiers', 'crypto.ts', 'export const found = () => crypto.randomUUID();\n'],
  ['buffers', 'buffer.ts', "export const found = Buffer.from('');\n"],
  ['an import of Node', 'node.ts', "import { readFileSync } from 'node:fs';\nexport const found = readFileSync;\n"],
  ['a bare import of Node', 'node-effect.ts', "import 'node:fs';\n"],
  ['require', 'require.ts', "export const found = require('fs');\n"],
  ['an import from outside', 'outside.ts', "export { envNames as found } from '../control/config.ts';\n"],
  ['a type from outside', 'outside-type.ts', "export type { MetricName } from '../control/telemetry.ts';\n"],
  ['a late import from outside', 'outside-late.ts', "export const found = () => import('../local/connection.ts');\n"],
];
const fileOf = (name: string) => `lib/core/plant-${name}`;

describe('the compiler wall of lib/core', () => {
  let copy: PlantedCopy | undefined;
  let faulty: readonly string[] = [];
  beforeAll(() => {
    copy = plantedCopy(['lib'], new Map(plants.map(([, name, source]) => [fileOf(name), source])));
    const output = copy.run('tsc', '-p', 'lib/core', '--pretty', 'false');
    faulty = [...output.matchAll(/^(\S+)\(\d+,\d+\): error /gm)].map(([, file = '']) => file);
  });
  afterAll(() => copy?.remove());

  it.each(plants)('keeps out %s', (_fact, name) => {
    expect(faulty).toContain(fileOf(name));
  });

  it('has nothing against what stands in lib/core', () => {
    const planted = new Set(plants.map(([, name]) => fileOf(name)));
    expect(faulty.filter((file) => file.startsWith('lib/core/') && !planted.has(file))).toEqual([]);
  });
});
