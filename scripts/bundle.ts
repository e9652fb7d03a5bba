import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/**
 * Bundles each handler, with everything that it needs, the AWS SDK included, into a folder of its own that is emptied
 * first: `<outDir>/<name>/index.mjs`. Answers bytes by name. Throws when something cannot be resolved.
 */
export async function bundleHandlers(
  entries: Readonly<Record<string, string>>,
  outDir: string,
): Promise<ReadonlyMap<string, number>> {
  const bytes = new Map<string, number>();
  for (const [name, entry] of Object.entries(entries)) bytes.set(name, await bundle(entry, `${outDir}/${name}`));
  return bytes;
}

async function bundle(entry: string, folder: string): Promise<number> {
  await rm(folder, { recursive: true, force: true });
  const build = await rolldown({
    input: { index: entry },
    platform: 'node',
    // The SDK's ES modules come under `module`; with `main` the bundle is two and a half times as large.
    resolve: {
      mainFields: ['module', 'main'],
      alias: { '@aws-sdk/credential-provider-node': fileURLToPath(new URL('lambda-credentials.ts', import.meta.url)) },
    },
  });
  try {
    const { output } = await build.write({
      dir: folder,
      format: 'esm',
      minify: true,
      entryFileNames: '[name].mjs',
      // What the SDK imports only when needed (sources of credentials, mostly) stays apart and is not read at the start.
      chunkFileNames: 'chunk-[hash].mjs',
    });
    return output.reduce((sum, file) => sum + (file.type === 'chunk' ? Buffer.byteLength(file.code) : 0), 0);
  } finally {
    await build.close();
  }
}
