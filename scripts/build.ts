import { fileURLToPath } from 'node:url';
import { bundleHandlers } from './bundle.ts';
import { bundleWorker } from './worker-bundle.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Where the bundles go, one folder a handler. */
export const bundlesFolder = `${root}dist/lambdas`;

/**
 * Builds what is deployed into a folder: the handlers, and the worker that `provision` puts into user data and `check` rehearses. Answers
 * bytes by handler. Throws with the bundler's explanation.
 */
export async function build(folder = bundlesFolder): Promise<ReadonlyMap<string, number>> {
  try {
    const bytes = await bundleHandlers(
      Object.fromEntries(['provision', 'reap', 'check'].map((name) => [name, `${root}lambdas/${name}.ts`])),
      folder,
    );
    for (const name of ['provision', 'check']) await bundleWorker(`${folder}/${name}/worker.mjs`);
    return bytes;
  } catch (cause) {
    const explanation = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The bundles cannot be built; \`npm run build\` does that alone. ${explanation}`, { cause });
  }
}

if (import.meta.main) {
  for (const [name, bytes] of await build()) console.log(`${name}: ${Math.round(bytes / 1024)} KiB`);
}
