import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectTemplates, templateCollector } from '../../lib/control/collect-templates.ts';
import type { LaunchRecord } from '../../lib/control/ports.ts';
import { epochMillis, secondsAfter } from '../../lib/core/units.ts';
import type { WorkerType } from '../../lib/core/worker-type-schema.ts';
import { MemoryLaunchTemplates } from '../../lib/memory/memory-launch-templates.ts';
import { memoryWorld } from '../../lib/memory/memory-world.ts';
import { aDefinition, aDocument, anOrder, HOME, NOW } from '../support/builders.ts';

const DAY_SECONDS = 24 * 3600;

/** A world a week later, and the means to put templates there. */
function aWorld(...documents: Record<string, unknown>[]) {
  const world = memoryWorld(secondsAfter(NOW, 7 * DAY_SECONDS));
  for (const document of documents) world.workerTypes.putRaw(String(document['workerType']), document);
  const launchTemplates = new MemoryLaunchTemplates(HOME.homeRegion);
  const put = (definition: WorkerType, ageSeconds = 7 * DAY_SECONDS) => {
    for (const { region, name } of launchTemplates.namesOf(definition)) {
      const createdAt = epochMillis(world.clock.now() - ageSeconds * 1000);
      launchTemplates.put({ region, name, templateId: name, workerType: definition.workerType, createdAt });
    }
  };
  const left = async () => (await launchTemplates.list()).templates.map(({ name }) => name);
  const nameOf = (definition: WorkerType) => launchTemplates.namesOf(definition)[0]?.name;
  return { ...world, launchTemplates, put, left, nameOf };
}

const CURRENT = aDefinition();
const EDITED = aDefinition({ userData: { version: 'before' } });

async function record(world: ReturnType<typeof aWorld>, definition: WorkerType, changes: Partial<LaunchRecord> = {}) {
  const answer = await world.leases.acquire('test', 1000);
  if (answer.kind !== 'acquired') throw new Error('held');
  const order = anOrder({ definition });
  const { lease } = answer;
  const opened = { order, shard: lease.shard, openedAt: world.clock.now(), state: 'open' as const };
  await world.ledger.open({ ...opened, workers: [], refusals: [], ...changes }, lease);
}

describe('launch templates are collected when unused (row "launch templates")', () => {
  it('those of an earlier definition go, those of the present one stay', async () => {
    const world = aWorld(aDocument());
    world.put(CURRENT);
    world.put(EDITED);
    expect(await collectTemplates(world)).toEqual({ seen: 2, removed: 1, failures: [] });
    expect(await world.left()).toEqual([world.nameOf(CURRENT)]);
  });

  it('those of a deleted worker type go', async () => {
    const world = aWorld();
    world.put(CURRENT);
    await collectTemplates(world);
    expect(await world.left()).toEqual([]);
  });

  it.each([
    ['a day old', DAY_SECONDS, 1],
    ['a second more than a day old', DAY_SECONDS + 1, 0],
  ])('an unused one that is %s: %i s, %i left', async (_age, ageSeconds, left) => {
    const world = aWorld(aDocument());
    world.put(EDITED, ageSeconds);
    await collectTemplates(world);
    expect(await world.left()).toHaveLength(left);
  });

  it('one that an open launch uses stays, whatever the definition says now', async () => {
    const world = aWorld(aDocument());
    world.put(EDITED);
    await record(world, EDITED);
    expect(await collectTemplates(world)).toMatchObject({ removed: 0 });
  });

  it('an unreadable definition protects every template of its type, and of no other', async () => {
    const world = aWorld(aDocument({ maxCapacity: 'many' }), aDocument({ workerType: 'other' }));
    world.put(CURRENT);
    world.put(EDITED);
    world.put(aDefinition({ workerType: 'other', userData: { version: 'before' } }));
    expect(await collectTemplates(world)).toMatchObject({ removed: 1 });
    expect((await world.left()).toSorted()).toEqual([world.nameOf(CURRENT), world.nameOf(EDITED)].toSorted());
  });

  it('a definition whose requests cannot be built protects its templates', async () => {
    const world = aWorld(aDocument());
    world.put(EDITED);
    world.launchTemplates.unbuildable.add('build');
    expect(await collectTemplates(world)).toMatchObject({ removed: 0 });
  });

  it('one whose tags name no worker type stays', async () => {
    const world = aWorld();
    const nameless = { region: 'us-east-1', name: 'x', templateId: 'lt-x', workerType: undefined, createdAt: NOW };
    world.launchTemplates.put(nameless);
    expect(await collectTemplates(world)).toMatchObject({ seen: 1, removed: 0 });
  });

  it.each(['workerTypes', 'ledger'] as const)('nothing goes when the %s cannot be read', async (port) => {
    const world = aWorld();
    world.put(CURRENT);
    const fails = () => Promise.reject(new Error('no answer'));
    const broken = port === 'ledger' ? { ledger: { recent: fails } } : { workerTypes: { list: fails } };
    await expect(collectTemplates({ ...world, ...broken })).rejects.toThrow('no answer');
    expect(await world.left()).toHaveLength(1);
  });

  it('a region that cannot be read is a failure, and the others are collected', async () => {
    const world = aWorld();
    world.put(CURRENT);
    world.launchTemplates.unreadRegions.set('eu-west-1', 'it does not answer');
    expect(await collectTemplates(world)).toEqual({
      seen: 1,
      removed: 1,
      failures: ['launch templates of eu-west-1 could not be listed: it does not answer'],
    });
  });

  it('once an hour at most', async () => {
    const world = aWorld();
    const collect = templateCollector(world);
    expect(await collect()).toMatchObject({ removed: 0 });
    world.put(CURRENT);
    world.clock.advance(3_599_999);
    expect(await collect()).toBeUndefined();
    world.clock.advance(1);
    expect(await collect()).toMatchObject({ removed: 1 });
  });

  it('a run that fails is told of, and does not fail the loop that it ends', async () => {
    const world = aWorld();
    const ledger = { recent: () => Promise.reject(new Error('no answer')) };
    expect(await templateCollector({ ...world, ledger })()).toBeUndefined();
    expect(world.telemetry.events).toContainEqual(
      expect.objectContaining({ level: 'warn', name: 'launch-templates-collected' }),
    );
    expect(world.telemetry.published).toEqual(new Map([['CheckFailures', 1]]));
  });

  it('a template in use never goes, whatever else there is', async () => {
    const edits = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 8 });
    const typeOf = (edit: number) => aDefinition({ workerType: `type-${edit % 3}`, userData: { edit } });
    await fc.assert(
      fc.asyncProperty(edits, edits, edits, async (existing, present, launched) => {
        const byType = new Map(present.map((edit) => [edit % 3, edit]));
        const current = [...byType.values()].map(typeOf);
        const world = aWorld(...current.map((definition) => ({ ...definition })));
        for (const edit of existing) world.put(typeOf(edit));
        const before = new Set(await world.left());
        const open = launched.slice(0, 1).map(typeOf);
        for (const definition of open) await record(world, definition);
        await collectTemplates(world);
        const used = new Set([...current, ...open].map((definition) => world.nameOf(definition) ?? ''));
        expect(new Set(await world.left())).toEqual(new Set([...before].filter((name) => used.has(name))));
      }),
      { numRuns: 60 },
    );
  });
});
