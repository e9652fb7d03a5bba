import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

const settings = ['package.json', 'tsconfig.json', 'biome.json', '.biome', '.gitignore', '.dependency-cruiser.cjs'];

/** A copy of this repository in which rules may be broken. */
export interface PlantedCopy {
  /** Runs an installed tool there and answers what it printed on standard output. */
  run(tool: string, ...args: string[]): string;
  remove(): void;
}

/** Copies the settings and the given folders, and plants files by path. A planted file replaces nothing. */
export function plantedCopy(folders: readonly string[], plants: ReadonlyMap<string, string>): PlantedCopy {
  // Tools print the real path: on some systems the temporary folder is a link.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'fences-')));
  for (const path of [...settings, ...folders]) cpSync(path, join(folder, path), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  for (const [path, source] of plants) {
    const file = join(folder, path);
    if (existsSync(file)) throw new Error(`${path} exists: plant something else`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, source);
  }
  const bin = resolve('node_modules/.bin');
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH']}` };
  return {
    run: (tool, ...args) => {
      const { stdout, error } = spawnSync(join(bin, tool), args, {
        cwd: folder,
        env,
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      });
      if (error !== undefined) throw error;
      return stdout.replaceAll(`${folder}/`, '');
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
