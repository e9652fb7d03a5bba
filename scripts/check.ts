/**
 * Everything that must hold before a change lands: `npm test`, and what CI runs. Each step's output is shown when it
 * fails; the last line counts tests and steps together.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Step {
  readonly name: string;
  readonly command: string;
  readonly parameters: readonly string[];
}

const scratch = mkdtempSync(join(tmpdir(), 'spot-provisioner-check-'));
const testReport = join(scratch, 'tests.json');

/** Cheap steps first; the two of a group run side by side. */
const groups: readonly (readonly Step[])[] = [
  [
    { name: 'lint', command: 'biome', parameters: ['ci', '--diagnostic-level=error', '.'] },
    { name: 'types', command: 'tsc', parameters: ['-p', '.'] },
  ],
  [
    { name: 'core types', command: 'tsc', parameters: ['-p', 'lib/core'] },
    {
      name: 'layers',
      command: 'depcruise',
      parameters: ['bin', 'lib', 'lambdas', 'worker', 'test', 'scripts', 'bench'],
    },
  ],
  [{ name: 'unused code', command: 'knip', parameters: [] }],
  [
    {
      name: 'tests',
      command: 'vitest',
      parameters: ['run', '--reporter=dot', '--reporter=json', `--outputFile.json=${testReport}`],
    },
  ],
  [
    {
      name: 'synth',
      command: 'cdk',
      parameters: ['synth', '-q', '--no-notices', '--no-lookups', '--telemetry=false', '-o', join(scratch, 'cdk.out')],
    },
  ],
];

/** Without credentials and region of the caller: a check that needs an AWS account is broken. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')));

async function run({ name, command, parameters }: Step): Promise<boolean> {
  const startedAt = Date.now();
  const child = spawn(command, parameters, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      output.push(Buffer.from(String(error)));
      resolve(1);
    });
    child.on('close', resolve);
  });
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (code !== 0) console.log(Buffer.concat(output).toString());
  return code === 0;
}

/** Counts from the test runner's own report; a run that left none has failed as a whole. */
function countTests(): { passed: number; failed: number } {
  try {
    const report = JSON.parse(readFileSync(testReport, 'utf8')) as Record<string, number>;
    const passed = report['numPassedTests'] ?? 0;
    const failed = (report['numTotalTests'] ?? 0) - passed;
    return { passed, failed: passed === 0 && failed === 0 ? 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

const results: boolean[] = [];
for (const group of groups) results.push(...(await Promise.all(group.map(run))));
const tests = countTests();
rmSync(scratch, { recursive: true, force: true });
const passed = tests.passed + results.filter(Boolean).length;
const failed = tests.failed + results.filter((ok) => !ok).length;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
