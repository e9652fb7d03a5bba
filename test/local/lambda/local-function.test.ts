import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { LocalFunction } from '../../../lib/local/lambda/local-function.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-function-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let bundles = 0;
function functionOf(source: string, timeoutSeconds = 20) {
  bundles += 1;
  const file = join(folder, `bundle-${bundles}.mjs`);
  writeFileSync(file, source);
  const log: string[] = [];
  const local = new LocalFunction({
    name: 'sample',
    bundle: pathToFileURL(file),
    environment: { GREETING: 'good day' },
    timeoutSeconds,
    onLog: (line) => log.push(line),
  });
  onTestFinished(() => local.close());
  return { local, log };
}

describe('a local function', () => {
  it('gives the handler its event, its context and its environment, and no other', async () => {
    const { local, log } = functionOf(`export const handler = async (event, context) => {
      console.log('invoked');
      return [event, context.functionName, context.getRemainingTimeInMillis() > 0, { ...process.env }];
    };`);
    const value = [{ a: 1 }, 'sample', true, { GREETING: 'good day' }];
    expect(await local.invoke({ a: 1 })).toEqual(expect.objectContaining({ kind: 'returned', value }));
    await local.close();
    expect(log).toEqual(['invoked']);
  });

  it('uses an environment again, and a further one for an invocation at the same time', async () => {
    const { local } = functionOf(`let count = 0;
      export const handler = async () => { count += 1; await new Promise((done) => setTimeout(done, 50)); return count; };`);
    const values = async (times: number) => {
      const results = await Promise.all(Array.from({ length: times }, () => local.invoke({})));
      return results.map((result) => (result.kind === 'returned' ? result.value : result));
    };
    expect(await values(1)).toEqual([1]);
    expect(await values(2)).toEqual([2, 1]);
  });

  it('answers what the handler threw', async () => {
    const { local } = functionOf("export const handler = async () => { throw new TypeError('no'); };");
    expect(await local.invoke({})).toMatchObject({ kind: 'threw', message: 'TypeError: no' });
  });

  it('kills an invocation that takes too long, be it in an endless loop', async () => {
    const { local } = functionOf('export const handler = async () => { for (;;); };', 1);
    expect(await local.invoke({})).toEqual({ kind: 'killed', cause: 'timed out after 1 s' });
  });

  it('kills what runs on request, and goes on with a new environment', async () => {
    const { local, log } = functionOf(`let count = 0;
      export const handler = async (event) => { count += 1; console.log('runs'); if (event.hang) await new Promise(() => setInterval(() => {}, 1000)); return count; };`);
    const hanging = local.invoke({ hang: true });
    await vi.waitUntil(() => log.includes('runs'), { timeout: 20_000 });
    await local.kill();
    expect(await hanging).toMatchObject({ kind: 'killed' });
    expect(await local.invoke({})).toMatchObject({ kind: 'returned', value: 1 });
  });

  it('outlives an environment that dies between two invocations', async () => {
    const { local, log } = functionOf(`export const handler = async () => {
      // Well after the answer is on its way: a thread that dies takes what it has not sent along.
      setTimeout(() => { console.log('dying'); throw new Error('late'); }, 200);
      return 'fine';
    };`);
    expect(await local.invoke({})).toMatchObject({ kind: 'returned', value: 'fine' });
    await vi.waitUntil(() => log.includes('dying'), { timeout: 20_000 });
    expect(['returned', 'killed']).toContain((await local.invoke({})).kind);
  });

  it('tells of a bundle that cannot be loaded, each time', async () => {
    const { local } = functionOf("import 'node:nothing';");
    for (let round = 0; round < 2; round += 1) {
      const result = await local.invoke({});
      expect(result.kind).not.toBe('returned');
      expect(JSON.stringify(result)).toContain('node:nothing');
    }
  });
});
