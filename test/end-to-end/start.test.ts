import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, it } from 'vitest';
import { eventually, isAlive } from './local-run.ts';

/** A run of `npm start` in a folder of its own. */
class Start {
  readonly folder: string;
  output = '';
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown[]>;

  constructor(args: readonly string[], folder = mkdtempSync(join(tmpdir(), 'start-'))) {
    this.folder = folder;
    this.#child = spawn(
      resolve('node_modules/.bin/node'),
      [resolve('bin/start.ts'), '--folder', folder, ...args],
      // A group of its own, as a terminal gives it.
      { detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    this.#exit = once(this.#child, 'close');
  }

  async exitCode(): Promise<number | null> {
    const [code] = await this.#exit;
    return code as number | null;
  }

  /** Ctrl-C, which reaches the whole group. */
  interrupt(): void {
    process.kill(-(this.#child.pid ?? 0), 'SIGINT');
  }

  /** Process ids of everything below it. */
  descendants(): number[] {
    const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number));
    const below = (parent: number): number[] =>
      rows.filter(([, ppid]) => ppid === parent).flatMap(([pid = 0]) => [pid, ...below(pid)]);
    return below(this.#child.pid ?? 0);
  }

  /** Tasks that have left their result. */
  resultCount(): number {
    return globSync('results/*/*.json', { cwd: this.folder }).length;
  }

  remove(): void {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describe.concurrent('npm start', { timeout: 100_000 }, () => {
  it('--once does the tasks, sums up and ends with status 0', async ({ expect, onTestFinished }) => {
    const start = new Start(['--once', '--tasks', '12']);
    onTestFinished(() => start.remove());
    expect([await start.exitCode(), start.output]).toEqual([0, expect.stringMatching(/^tasks +12 of 12 done/m)]);
    expect(start.output).toMatch(/^workers +\d+ launched, \d+ gone, 0 lost$/m);
    expect(start.output).toMatch(/^total +[\d.]+ s$/m);
    expect(existsSync(join(start.folder, 'connection.json'))).toBe(false);
  });

  it('keeps its folder to itself, and goes on until Ctrl-C, which ends every process of it', async ({
    expect,
    onTestFinished,
  }) => {
    const start = new Start(['--tasks', '400']);
    onTestFinished(() => start.remove());
    await eventually(() => start.output.includes('launched   demo') && start.descendants().length >= 4);

    const second = new Start([], start.folder);
    expect(await second.exitCode()).toBe(1);
    expect(second.output).toMatch(/^local mode cannot start in .* is in use.*\n$/);
    expect(second.output).toContain(start.folder);
    const done = start.resultCount();
    await eventually(() => start.resultCount() > done);

    const pids = start.descendants();
    expect(pids.length).toBeGreaterThanOrEqual(4);
    start.interrupt();
    expect([await start.exitCode(), start.output]).toEqual([0, expect.stringContaining('stopping')]);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(existsSync(join(start.folder, 'connection.json'))).toBe(false);
  });

  it('--once that is interrupted is no success', async ({ expect, onTestFinished }) => {
    const start = new Start(['--once', '--tasks', '150']);
    onTestFinished(() => start.remove());
    await eventually(() => start.output.includes('sending'));
    start.interrupt();
    expect(await start.exitCode()).toBe(1);
  });

  it('says what is wrong with its parameters', async ({ expect, onTestFinished }) => {
    const start = new Start(['--tasks', 'zero']);
    onTestFinished(() => start.remove());
    expect(await start.exitCode()).not.toBe(0);
    expect(start.output).toContain("'--tasks <count>' argument 'zero' is invalid");
  });
});
