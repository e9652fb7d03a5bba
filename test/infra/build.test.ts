import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../lib/infra/app.ts';
import { build } from '../../scripts/build.ts';
import { bundleHandlers } from '../../scripts/bundle.ts';

const HANDLERS = ['provision', 'reap', 'check'] as const;
const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
beforeAll(async () => void (await build(folder)));
afterAll(() => rmSync(folder, { recursive: true }));

const files = (handler: string): string[] => readdirSync(join(folder, handler)).toSorted();
const fingerprint = (handler: string): string[] =>
  files(handler).map((file) =>
    createHash('sha256')
      .update(file)
      .update(readFileSync(join(folder, handler, file)))
      .digest('hex'),
  );

describe('The bundles', () => {
  it.each(HANDLERS)('%s loads alone and exports a handler', async (handler) => {
    const module: unknown = await import(pathToFileURL(join(folder, handler, 'index.mjs')).href);
    expect(module).toHaveProperty('handler', expect.any(Function));
  });

  it.each(HANDLERS)('%s needs nothing beside itself but Node', (handler) => {
    const imported = files(handler).flatMap((file) =>
      [
        ...readFileSync(join(folder, handler, file), 'utf8').matchAll(
          /(?:^|[;}])(?:import|export)[^;'"`]*?from"([^"]+)"/g,
        ),
      ].map(([, name = '']) => name),
    );
    expect(imported.length).toBeGreaterThan(0);
    expect(
      imported.filter(
        (name) =>
          !/^(node:|\.\/|(assert|buffer|child_process|crypto|events|fs|fs\/promises|http|http2|https|os|path|process|stream|url|util|zlib)$)/.test(
            name,
          ),
      ),
    ).toEqual([]);
  });

  it.each([
    ['provision', 0.6, 'which is what keeps a cold start short'],
    ['reap', 0.6, 'which is what keeps a cold start short'],
    ['check', 0.7, 'because it asks four more services; nobody waits for it'],
  ])('%s is at most %f MB, %s', (handler, megabytes) => {
    const bytes = files(handler).reduce((sum, file) => sum + statSync(join(folder, handler, file)).size, 0);
    expect(bytes).toBeLessThanOrEqual(megabytes * 1_000_000);
    expect(bytes).toBeGreaterThan(100_000);
  });

  it.each(['provision', 'check'])('%s has the worker beside it, where it looks for it', (handler) => {
    expect(files(handler)).toContain('worker.mjs');
    const reader = files(handler).map((file) => readFileSync(join(folder, handler, file), 'utf8'));
    expect(reader.filter((code) => /new URL\([`'"]worker\.mjs[`'"],import\.meta\.url\)/.test(code))).toHaveLength(1);
  });

  it('reap has no use for a worker', () => {
    expect(files('reap')).not.toContain('worker.mjs');
  });

  it('the same sources give the same bundles, so that nothing is deployed anew without a change', async () => {
    const before = HANDLERS.map(fingerprint);
    await build(folder);
    expect(HANDLERS.map(fingerprint)).toEqual(before);
  });

  it('a handler that is missing is named', async () => {
    await expect(bundleHandlers({ absent: join(folder, 'absent.ts') }, folder)).rejects.toThrow('absent.ts');
  });
});

describe('The app', () => {
  it('synthesizes offline and without credentials what the CLI deploys', () => {
    const outdir = join(folder, 'cdk.out');
    const assembly = createApp({ bundles: folder, outdir }).synth();
    expect(assembly.stacks.map(({ stackName }) => stackName)).toEqual(['SpotProvisioner-main']);
    const staged = readdirSync(outdir).filter((name) => existsSync(join(outdir, name, 'index.mjs')));
    expect(staged).toHaveLength(HANDLERS.length);
  });

  it('is what cdk.json names', () => {
    const { app } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')) as { app: string };
    expect(app).toBe('node bin/app.ts');
    expect(existsSync(new URL('../../bin/app.ts', import.meta.url))).toBe(true);
  });
});
