import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const ENTRY = fileURLToPath(new URL('../worker/main.ts', import.meta.url));

/** Bundles the reference worker into one ES module, small enough for user data. Writes it to `outFile` if given. */
export async function bundleWorker(outFile?: string): Promise<string> {
  const bundle = await rolldown({ input: ENTRY, platform: 'node', logLevel: 'warn' });
  try {
    const { output } = await bundle.generate({ format: 'esm', minify: true });
    if (output.length !== 1) throw new Error(`the worker must be one file, rolldown made ${output.length}`);
    const { code } = output[0];
    if (outFile !== undefined) await writeFile(outFile, code);
    return code;
  } finally {
    await bundle.close();
  }
}
