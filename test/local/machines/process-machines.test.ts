import { afterEach, describe, expect, it, vi } from 'vitest';
import type { MachineEvent } from '../../../lib/local/machines/machine-event.ts';
import { ProcessMachines, type ProcessMachinesOptions } from '../../../lib/local/machines/process-machines.ts';

const PATIENCE = { timeout: 20_000, interval: 20 };

/** Says it is up with its own and a task's process id; ends as told, or never. */
const program = (ending: string) => `
  const say = (event, fields) => console.log(JSON.stringify({ event, ...fields }));
  const task = require('node:child_process').spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  say('task-started', { taskId: 'a', pid: task.pid });
  say('up', { pid: process.pid, env: process.env });
  setInterval(() => undefined, 1000);
  ${ending}
`;
const OBEDIENT = program("process.on('SIGTERM', () => process.exit(0))");
const STUBBORN = program("process.on('SIGTERM', () => console.log('no'))");

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('process machines', () => {
  let machines: ProcessMachines;
  afterEach(() => machines.closeAll());

  function start(code: string, options: Partial<ProcessMachinesOptions> = {}) {
    const events: [string, MachineEvent][] = [];
    const exits: [string, number | null][] = [];
    machines = new ProcessMachines({
      command: [process.execPath, '-e', code],
      environment: { PATH: process.env['PATH'], AWS_PROFILE: 'somebody', HOME: '/home/somebody' },
      environmentOf: (instanceId) => ({ AWS_REGION: 'us-east-1', NAME: instanceId }),
      onEvent: (instanceId, event) => events.push([instanceId, event]),
      onExit: (instanceId, exitCode) => exits.push([instanceId, exitCode]),
      terminateGraceMs: 200,
      ...options,
    });
    const said = (name: string) => events.filter(([, { event }]) => event === name);
    /** Process ids of a machine and of its task. */
    const up = async (instanceId: string) => {
      machines.start({ instanceId });
      const find = (name: string) => said(name).find(([id]) => id === instanceId)?.[1] ?? expect.fail(`no ${name}`);
      const event = await vi.waitFor(() => find('up'), PATIENCE);
      return { event, pids: [Number(event['pid']), Number(find('task-started')['pid'])] };
    };
    return { said, exits, up };
  }

  const gone = (pids: number[]) => vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), PATIENCE);

  it('starts the program with the variables of its machine and without AWS settings of this one', async () => {
    const { event } = await start(OBEDIENT).up('i-1');
    expect(event['env']).toMatchObject({ NAME: 'i-1', AWS_REGION: 'us-east-1', HOME: '/home/somebody' });
    expect(event['env']).not.toHaveProperty('AWS_PROFILE');
  });

  it('starts an instance only once', async () => {
    const { said, up } = start(OBEDIENT);
    await up('i-1');
    await up('i-1');
    expect(said('up')).toHaveLength(1);
    expect(machines.running()).toEqual(['i-1']);
  });

  it.each([
    ['one that obeys', OBEDIENT],
    ['one that does not', STUBBORN],
  ])('stops %s and its tasks, and reports no exit', async (_which, code) => {
    const { exits, up } = start(code);
    const { pids } = await up('i-1');
    machines.stop({ instanceId: 'i-1' });
    await gone(pids);
    await vi.waitFor(() => expect(machines.running()).toEqual([]), PATIENCE);
    expect(exits).toEqual([]);
  });

  it('reports a machine that ends by itself, and forgets it', async () => {
    const { exits, up } = start(program('setTimeout(() => process.exit(7), 50)'));
    const { pids } = await up('i-1');
    await vi.waitFor(() => expect(exits).toEqual([['i-1', 7]]), PATIENCE);
    expect(machines.running()).toEqual([]);
    await gone(pids);
  });

  it('kills a machine hard, tasks and all, as an exit of its own', async () => {
    const { exits, up } = start(STUBBORN);
    const { pids } = await up('i-1');
    machines.killHard('i-1');
    await vi.waitFor(() => expect(exits).toEqual([['i-1', null]]), PATIENCE);
    await gone(pids);
  });

  it('leaves no process behind when all are closed, and starts no more', async () => {
    const { exits, up } = start(STUBBORN);
    const pids = (await Promise.all([up('i-1'), up('i-2')])).flatMap((machine) => machine.pids);
    await machines.closeAll();
    await gone(pids);
    machines.start({ instanceId: 'i-3' });
    expect(machines.running()).toEqual([]);
    expect(exits).toEqual([]);
  });

  it('beyond the limit keeps a record without a process and says so', async () => {
    const { said, exits, up } = start(OBEDIENT, { maxProcesses: 1 });
    await up('i-1');
    machines.start({ instanceId: 'i-2' });
    machines.stop({ instanceId: 'i-2' });
    expect(said('no-process')).toEqual([['i-2', { event: 'no-process', maxProcesses: 1 }]]);
    expect(machines.running()).toEqual(['i-1']);
    expect(exits).toEqual([]);
  });

  it('keeps what a machine printed, also when that is no event', async () => {
    const { said, up } = start(program("console.log('plain'); console.error('[1]'); process.exit(0)"));
    await up('i-1');
    await vi.waitFor(() => expect(machines.running()).toEqual([]), PATIENCE);
    expect(
      said('output')
        .map(([, { line }]) => line)
        .sort(),
    ).toEqual(['[1]', 'plain']);
    const lines = machines.consoleOutput({ instanceId: 'i-1' }).split('\n');
    expect(lines).toEqual(expect.arrayContaining(['plain', '[1]', expect.stringContaining('"event":"up"')]));
    expect(machines.consoleOutput({ instanceId: 'i-2' })).toBe('');
  });

  it.each([
    ['does not exist', ['/no/such/program']],
    ['is no program name', ['']],
  ] as const)('reports a command that %s as an exit', async (_why, command) => {
    const { said, exits } = start('', { command });
    machines.start({ instanceId: 'i-1' });
    await vi.waitFor(() => expect(exits).toEqual([['i-1', expect.toSatisfy((code) => code !== 0)]]), PATIENCE);
    expect(said('cannot-start')).toHaveLength(1);
    expect(machines.running()).toEqual([]);
  });
});
