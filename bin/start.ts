/** `npm start`: the whole system on this computer, with an example worker type and real tasks. */
import { fileURLToPath } from 'node:url';
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
  .option('--folder <path>', 'where tables, queues, logs and results are kept', `${root}.local`)
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

await build();
const local = await startLocalMode({
  folder,
  provisionerId: 'local',
  region: 'us-east-1',
  bundles: {
    provision: new URL('../dist/lambdas/provision/index.mjs', import.meta.url),
    reap: new URL('../dist/lambdas/reap/index.mjs', import.meta.url),
  },
  // As on EC2 a machine needs a while to boot and to go; here about a second.
  world: { bootDelayMs: 1500, shutdownDelayMs: 500, visibilityLagMs: 500 },
  workerCommand: [process.execPath, `${root}worker/main.ts`],
  workerEnvironment: { SPOT_WORKER_WATCH_SECONDS: '1' },
  environment: process.env,
  tickSeconds: 2,
  reapEverySeconds: 60,
  onEvent: (event) => demo.observe(event),
});
const { endpoints } = local.connection;
screen.print(`endpoints  DynamoDB ${endpoints.dynamodb}  SQS ${endpoints.sqs}  EC2 ${endpoints.ec2}`);
screen.print(`sending    ${tasks} tasks; try: npm run provisioner -- status --local`);

const leaving = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => leaving.abort());
const showing = demo.show(local, leaving.signal).catch(ignoreAbort);

try {
  const { lines, isComplete } = await demo.run(local, leaving.signal);
  for (const line of lines) screen.print(line);
  if (once) {
    process.exitCode = isComplete ? 0 : 1;
    leaving.abort();
  } else {
    screen.print('idle       send tasks, edit worker types with npm run provisioner -- ... --local; Ctrl-C ends it');
    await showing;
  }
} catch (error) {
  ignoreAbort(error);
} finally {
  await showing;
  screen.end();
  if (!once) screen.print('stopping   ending every worker');
  await local.close();
}

/** Being told to leave is no failure. */
function ignoreAbort(error: unknown): void {
  if (leaving.signal.aborted) return;
  leaving.abort();
  throw error;
}

function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('a whole number from 1 on');
  return Number(text);
}
