import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { recordChange } from '../../lib/control/versions.ts';
import { eventBusName } from '../../lib/core/bus-names.ts';
import { captureOutput } from '../support/captured-output.ts';
import { type CheckWorld, useCheckWorld } from '../support/check-world.ts';

const ALL_DONE = { batchItemFailures: [] };
let output: ReturnType<typeof captureOutput>;
beforeEach(() => {
  output = captureOutput();
});

/** A world where the queue of `build` exists. */
async function aWorld(): Promise<CheckWorld> {
  const world = await useCheckWorld();
  await world.fill('build');
  return world;
}
const versionsOf = async ({ ports }: CheckWorld, workerType = 'build') =>
  (await ports.history.list(workerType)).map(({ version, document, deleted }) => [
    version,
    deleted === true ? 'deleted' : document['maxCapacity'],
  ]);
const checked = async ({ ports }: CheckWorld) =>
  (await ports.checkBoard.load()).map(({ workerType }) => workerType).toSorted();
const missingImage = (world: CheckWorld) => {
  const document = world.document();
  const [region] = document['regions'] as { launchSpec: object }[];
  return {
    ...document,
    regions: [{ ...region, launchSpec: { ...region?.launchSpec, imageId: 'ami-0000000000000dead' } }],
  };
};

describe('a change of a definition, told by the stream', () => {
  it('becomes a version that is retrievable, and the type is checked', async () => {
    const world = await aWorld();
    await world.putItems(world.document({ maxCapacity: 5 }));
    await world.putItems(world.document({ maxCapacity: 6 }));
    expect(await world.stream()).toEqual(ALL_DONE);
    expect(await versionsOf(world)).toEqual([
      [1, 5],
      [2, 6],
    ]);
    expect(await checked(world)).toEqual(['build']);
  });

  it('has the provisioner look at the type at once, after the check', async () => {
    const world = await aWorld();
    const heard: unknown[] = [];
    world.events.onEvent(eventBusName('acme'), ({ 'detail-type': type, detail }) => heard.push([type, detail]));
    await world.putItems(world.document({ maxCapacity: 5 }));
    await world.stream();
    await setImmediate();
    expect(heard).toEqual([['Tasks Waiting', { workerTypes: ['build'] }]]);
  });

  it('is kept and checked although the provisioner cannot be told, which counts as a failure', async () => {
    const world = await aWorld();
    world.events.setFault({ action: 'PutEvents', code: 'InternalFailure', status: 500 });
    await world.putItems(world.document({ maxCapacity: 5 }));
    expect(await world.stream()).toEqual(ALL_DONE);
    expect(await checked(world)).toEqual(['build']);
    expect(output.text).toContain('the provisioner was not told of an edit');
    expect(output.text).toContain('"CheckFailures":1');
  });

  it('becomes one version when it is told twice, or was kept by the tool that made it', async () => {
    const world = await aWorld();
    await world.putItems(world.document({ maxCapacity: 5 }));
    const records = world.takeRecords();
    await world.stream(records);
    await world.stream(records);
    const stored = await world.ports.workerTypes.get('build');
    if (stored?.parsed.kind !== 'valid') throw new Error('not valid');
    const definition = { ...stored.parsed.definition, maxCapacity: 6 };
    await world.ports.workerTypes.save(definition, 1);
    const { document: before } = stored;
    const after = { ...definition, version: 2 };
    const at = world.clock.now();
    await recordChange({ workerType: 'build', before, after, at, source: 'cli', author: 'ada' }, world.ports.history);
    await world.stream();
    expect(await world.ports.history.list('build')).toMatchObject([
      { version: 1, source: 'table' },
      { version: 2, source: 'cli', author: 'ada', sequence: expect.any(String) },
    ]);
  });

  it('checks that type alone, and forgets the report of one that is deleted', async () => {
    const world = await aWorld();
    await world.putItems(world.document(), world.document({ workerType: 'other' }));
    world.takeRecords();
    await world.putItems(world.document({ maxCapacity: 7 }));
    await world.stream();
    expect(await checked(world)).toEqual(['build']);
    await world.ports.workerTypes.remove('build', 1);
    expect(await world.stream()).toEqual(ALL_DONE);
    expect(await checked(world)).toEqual([]);
    expect((await versionsOf(world)).at(-1)?.[1]).toBe('deleted');
  });

  it('keeps a definition that is none, as it was written', async () => {
    const world = await aWorld();
    await world.putItems(world.document({ maxCapacity: 'many' }));
    expect(await world.stream()).toEqual(ALL_DONE);
    expect(await versionsOf(world)).toEqual([[1, 'many']]);
    expect(await checked(world)).toEqual([]);
  });

  it('of another provisioner in the same table is none of its business', async () => {
    const world = await aWorld();
    await world.putItems(world.document({ provisionerId: 'other' }));
    expect(await world.stream()).toEqual(ALL_DONE);
    expect(await versionsOf(world)).toEqual([]);
  });

  it.each([
    ['nothing', null],
    ['no change', { dynamodb: { SequenceNumber: '1' } }],
    ['no keys', { dynamodb: { SequenceNumber: '1', ApproximateCreationDateTime: 1, NewImage: {} } }],
    ['broken attributes', { dynamodb: { SequenceNumber: '1', Keys: { workerType: { X: 1 } }, NewImage: 7 } }],
  ])('that cannot be read blocks none behind it: %s', async (_what, broken) => {
    const world = await aWorld();
    await world.putItems(world.document({ maxCapacity: 5 }));
    expect(await world.stream([broken, ...world.takeRecords()])).toEqual(ALL_DONE);
    expect(await versionsOf(world)).toEqual([[1, 5]]);
    expect(output.text).toContain('stream-record-unreadable');
    expect(output.text).toContain('"CheckFailures":1');
  });

  it('that cannot be kept is named by its sequence number, and kept the next time, those before it once', async () => {
    const world = await aWorld();
    for (const maxCapacity of [5, 6, 7]) await world.putItems(world.document({ maxCapacity }));
    const records = world.takeRecords();
    await world.stream(records.slice(0, 1));
    world.dynamoDb.setFault({ action: 'PutItem', code: 'InternalServerError', status: 500 });
    const [, second] = records as { dynamodb: { SequenceNumber: string } }[];
    const failures = { batchItemFailures: [{ itemIdentifier: second?.dynamodb.SequenceNumber }] };
    expect(await world.stream(records)).toEqual(failures);
    world.dynamoDb.clearFaults();
    expect(await world.stream(records)).toEqual(ALL_DONE);
    expect(await versionsOf(world)).toEqual([
      [1, 5],
      [2, 6],
      [3, 7],
    ]);
  });
});

describe('the check of all definitions', () => {
  it('reports on every valid definition, and gives a sign of life', async () => {
    const world = await aWorld();
    await world.fill('other');
    await world.putItems(
      world.document(),
      world.document({ workerType: 'other' }),
      world.document({ workerType: 'broken', maxCapacity: 'many' }),
    );
    expect(await world.check()).toEqual({ checked: 2 });
    expect(await checked(world)).toEqual(['build', 'other']);
    expect(output.text).toContain('"CheckSucceeded":1');
    expect(output.text).not.toContain('UnlaunchableWorkerTypes');
  });

  it('periodic re-validation: an image that is gone makes its type unlaunchable within one run, and no other', async () => {
    const world = await aWorld();
    await world.fill('other');
    await world.putItems(missingImage(world), world.document({ workerType: 'other' }));
    await world.check();
    expect(output.text).toContain('"UnlaunchableWorkerTypes":1');
    const reports = await world.ports.checkBoard.load();
    const errorsOf = (name: string) =>
      reports
        .filter(({ workerType }) => workerType === name)
        .flatMap(({ findings }) => findings.filter(({ severity }) => severity === 'error').map(({ value }) => value));
    expect(errorsOf('build')).toContain('ami-0000000000000dead');
    expect(errorsOf('other')).toEqual([]);
  });

  it('counts no type that is disabled', async () => {
    const world = await aWorld();
    await world.putItems({ ...missingImage(world), enabled: false });
    await world.check();
    expect(output.text).not.toContain('UnlaunchableWorkerTypes');
  });

  it('fails, and says so to the alarms, when the definitions cannot be read', async () => {
    const world = await aWorld();
    world.dynamoDb.setFault({ action: 'Query', code: 'InternalServerError', status: 500 });
    await expect(world.check()).rejects.toThrow('InternalServerError');
    expect(output.text).toContain('"CheckFailures":1');
    expect(output.text).not.toContain('CheckSucceeded');
  });

  it('launches nothing', async () => {
    const world = await aWorld();
    await world.putItems(world.document({ minCapacity: 5 }));
    await world.check();
    await world.stream();
    expect(world.world.instances()).toEqual([]);
  });
});
