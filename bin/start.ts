/** `npm start`: the whole system on this computer, with an example worker type and real tasks. */
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { Demo } from '../lib/local/demo/demo.ts';
import { startLocalMode } from '../lib/local/local-mode.ts';
import { screenFor } from '../lib/local/terminal/screen.ts';
import { build } from '../scripts/build.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const { once, folder, tasks } = new Command('npm start --')
  .description('Runs the provisioner, its AWS services and its workers on this computer.')
  .option('--once', 'exit when the example tasks are done; status 1 if a task or a worker was lost', false)
  .option('--tasks <count>', 'how many example tasks to send', positiveInteger, 200)
  .option(
    '--folder <path>',
    'where tables, queues, logs and results are kept',
    (path) => resolve(path),
    `${root}.local`,
  )
  .parse()
  .opts<{ once: boolean; folder: string; tasks: number }>();

const screen = screenFor(process.stdout);
const demo = new Demo({
  folder,
  tasks,
  sourceFolder: `${root}node_modules`,
  taskProgram: `${root}examples/tasks/hash-and-compress.mjs`,
  screen,
  hint: once ? 'ends with its tasks' : 'Ctrl-C ends it',
});

const local = await startLocalMode({
  folder,
  provisionerId: 'local',
  region: 'us-east-1',
  bundles: async () => {
    const bundles = join(folder, 'bundles');
    await build(bundles);
    return {
      provision: pathToFileURL(join(bundles, 'provision/index.mjs')),
      reap: pathToFileURL(join(bundles, 'reap/index.mjs')),
      check: pathToFileURL(join(bundles, 'check/index.mjs')),
    };
  },
  // As on EC2 a machine needs a while to boot and to go; here about a second.
  world: { bootDelayMs: 1500, shutdownDelayMs: 500, visibilityLagMs: 500 },
  workerCommand: [process.execPath, `${root}worker/main.ts`],
  workerEnvironment: { SPOT_WORKER_WATCH_SECONDS: '1' },
  environment: process.env,
  provisionEverySeconds: 60,
  tickSeconds: 2,
  reapEverySeconds: 60,
  onEvent: (event) => demo.observe(event),
}).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
const { endpoints } = local.connection;
screen.print(`endpoints  DynamoDB ${endpoints.dynamodb}  SQS ${endpoints.sqs}  EC2 ${endpoints.ec2}`);
screen.print(`sending    ${tasks} tasks; try: npm run provisioner -- status --local`);

const leaving = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => leaving.abort());
// Told to leave before the tasks are done: with --once that is a failure, the work is not done.
if (once) process.exitCode = 1;

const parts = [runDemo(), demo.show(local, leaving.signal)];
try {
  await Promise.all(parts);
} catch (error) {
  if (!leaving.signal.aborted) throw error;
} finally {
  leaving.abort();
  await Promise.allSettled(parts);
  screen.end();
  if (!once) screen.print('stopping   ending every worker');
  await local.close();
}

/** Sends the tasks and sees them through; with --once the program ends then. */
async function runDemo(): Promise<void> {
  const { lines, isComplete } = await demo.run(local, leaving.signal);
  for (const line of lines) screen.print(line);
  if (once) {
    process.exitCode = isComplete ? 0 : 1;
    leaving.abort();
  } else {
    screen.print('idle       send tasks, edit worker types with npm run provisioner -- ... --local; Ctrl-C ends it');
  }
}

function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('a whole number from 1 on');
  return Number(text);
}
