import { describe, expect, it } from 'vitest';
import { type CheckRunPorts, checkWorkerTypes } from '../../lib/control/check.ts';
import type { LaunchOrder } from '../../lib/control/ports.ts';
import { known } from '../../lib/core/check/account-facts.ts';
import { unlaunchablePools } from '../../lib/core/check/unlaunchable.ts';
import { MemoryAccount } from '../../lib/memory/memory-account.ts';
import { MemoryCheckBoard } from '../../lib/memory/memory-check-board.ts';
import { MemoryClock } from '../../lib/memory/memory-clock.ts';
import { MemoryWorkerTypes } from '../../lib/memory/memory-worker-types.ts';
import { aDocument, NOW } from '../support/builders.ts';

const HOME = 'us-east-1';
const IMAGE = 'ami-0123456789abcdef0';

function checkWorld() {
  const rehearsed: LaunchOrder[] = [];
  const ports = {
    clock: new MemoryClock(NOW),
    account: new MemoryAccount(),
    workerTypes: new MemoryWorkerTypes(),
    checkBoard: new MemoryCheckBoard(),
    rehearsal: {
      rehearse: async (order: LaunchOrder) => {
        rehearsed.push(order);
        return { kind: 'accepted' as const, userDataBytes: 100 };
      },
    },
  };
  const put = (workerType: string, changes: object = {}) =>
    ports.workerTypes.putRaw(workerType, aDocument({ workerType, ...changes }));
  const run = (only?: string, changes: Partial<CheckRunPorts> = {}) =>
    checkWorkerTypes({ ...ports, ...changes }, { homeRegion: HOME, ...(only === undefined ? {} : { only }) });
  const reportOf = async (workerType: string) =>
    (await ports.checkBoard.load()).find((report) => report.workerType === workerType);
  return { ...ports, rehearsed, put, run, reportOf };
}

const imageOf = (imageId: string) => ({ launchSpec: { imageId, securityGroupIds: ['sg-123'] } });

describe('checkWorkerTypes', () => {
  it('writes a report for each valid worker type, after one look-up for all of them', async () => {
    const world = checkWorld();
    world.put('build', { version: 4 });
    world.put('test', { enabled: false });
    world.workerTypes.putRaw('broken', { workerType: 'broken' });
    const { reports, failures } = await world.run();
    expect(reports.map(({ workerType }) => workerType)).toEqual(['build', 'test']);
    expect(failures).toEqual([]);
    expect(await world.reportOf('build')).toEqual({
      workerType: 'build',
      definitionVersion: 4,
      checkedAt: NOW,
      findings: [],
      unknown: [],
    });
    expect(world.account.lookUps).toHaveLength(1);
  });

  it('marks that combination unlaunchable within one cycle when an image was deregistered, and leaves other worker types alone', async () => {
    const world = checkWorld();
    world.put('build', {
      regions: [{ zones: [{ subnetId: 'subnet-aaa' }, { subnetId: 'subnet-bbb', ...imageOf('ami-old') }] }],
    });
    world.put('other');
    await world.run();
    expect((await world.reportOf('build'))?.findings).toEqual([]);

    world.account.change(HOME, { images: new Map([['ami-old', known({ kind: 'deregistered' })]]) });
    await world.run();
    const findings = (await world.reportOf('build'))?.findings ?? [];
    expect(findings).toMatchObject([
      { region: HOME, value: 'ami-old', path: 'regions[0].zones[1].launchSpec.imageId' },
    ]);
    expect([...unlaunchablePools(findings).keys()]).toEqual(['us-east-1/subnet-bbb/c7g.large']);
    expect((await world.reportOf('other'))?.findings).toEqual([]);
  });

  it('rehearses a launch of the pools that are left, once in each region, and none where nothing is left', async () => {
    const world = checkWorld();
    world.put('build', {
      regions: [
        { zones: [{ subnetId: 'subnet-aaa' }, { subnetId: 'subnet-bbb' }] },
        { region: 'eu-west-1', zones: [{ subnetId: 'subnet-ccc' }] },
        { region: 'eu-west-2', zones: [{ subnetId: 'subnet-ddd' }] },
      ],
    });
    world.account.change(HOME, { subnets: new Map([['subnet-aaa', known(undefined)]]) });
    world.account.change('eu-west-2', { images: new Map([[IMAGE, known({ kind: 'missing' })]]) });
    await world.run();
    expect(world.rehearsed.map(({ region, pools }) => [region, pools.map(({ subnetId }) => subnetId)])).toEqual([
      [HOME, ['subnet-bbb']],
      ['eu-west-1', ['subnet-ccc']],
    ]);
  });

  it('reports what the rehearsal found', async () => {
    const world = checkWorld();
    world.put('build');
    const refusal = { class: 'permission', code: 'UnauthorizedOperation', message: 'no', userDataBytes: 9 } as const;
    await world.run(undefined, { rehearsal: { rehearse: async () => ({ kind: 'refused', ...refusal }) } });
    expect((await world.reportOf('build'))?.findings).toMatchObject([
      { severity: 'error', value: 'UnauthorizedOperation', region: HOME, pools: [] },
    ]);
  });

  it('goes on when the check of one worker type fails, and keeps its earlier report', async () => {
    const world = checkWorld();
    world.put('build');
    world.put('other');
    await world.run();
    world.put('build', { version: 2 });
    world.put('other', { version: 2 });
    const rehearse: typeof world.rehearsal.rehearse = async ({ definition }) => {
      if (definition.workerType === 'build') throw new Error('a bug');
      return { kind: 'accepted', userDataBytes: 1 };
    };
    const { reports, failures } = await world.run(undefined, { rehearsal: { rehearse } });
    expect(failures).toEqual(['build: a bug']);
    expect(reports.map(({ workerType }) => workerType)).toEqual(['other']);
    expect(await world.reportOf('build')).toMatchObject({ definitionVersion: 1 });
    expect(await world.reportOf('other')).toMatchObject({ definitionVersion: 2 });
  });

  it('forgets types that are gone or have become invalid', async () => {
    const world = checkWorld();
    for (const name of ['stays', 'goes', 'breaks']) world.put(name);
    await world.run();
    await world.workerTypes.remove('goes', 1);
    world.workerTypes.putRaw('breaks', { workerType: 'breaks' });
    await world.run();
    expect((await world.checkBoard.load()).map(({ workerType }) => workerType)).toEqual(['stays']);
  });

  it('checks only the one that it is asked for, and leaves the other reports as they are', async () => {
    const world = checkWorld();
    world.put('build');
    world.put('other');
    await world.run();
    world.put('build', { version: 2 });
    world.put('other', { version: 2 });
    await world.run('build');
    expect(await world.reportOf('build')).toMatchObject({ definitionVersion: 2 });
    expect(await world.reportOf('other')).toMatchObject({ definitionVersion: 1 });
    await world.workerTypes.remove('build', 2);
    await world.run('build');
    expect((await world.checkBoard.load()).map(({ workerType }) => workerType)).toEqual(['other']);
  });
});
