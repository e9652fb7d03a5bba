import { beforeEach, describe, expect, it } from 'vitest';
import { parseWorkerType, type WorkerType } from '../../lib/core/worker-type-schema.ts';
import { anOrder } from '../support/builders.ts';
import { captureOutput } from '../support/captured-output.ts';
import { type CheckWorld, useCheckWorld } from '../support/check-world.ts';

const DAY_MS = 24 * 3600 * 1000;
const EDITED = { userData: { edit: 'before' } };
let output: ReturnType<typeof captureOutput>;
beforeEach(() => {
  output = captureOutput();
});

function definitionOf(world: CheckWorld, changes: Record<string, unknown> = {}): WorkerType {
  const parsed = parseWorkerType(world.document(changes));
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
}

/** Launches one worker, with an own template for each distinct definition; answers the template's id. */
async function launch(world: CheckWorld, changes: Record<string, unknown> = {}): Promise<string> {
  const before = new Set(templates(world));
  const definition = definitionOf(world, changes);
  const { fleet } = world.portsOf(definition.provisionerId);
  await fleet.launch(anOrder({ launchId: `launch-${before.size}`, definition }));
  const [made, ...others] = templates(world).filter((id) => !before.has(id));
  if (made === undefined || others.length > 0) throw new Error('expected one new template');
  return made;
}
const templates = ({ world }: CheckWorld): string[] => world.templates.all().map(({ id }) => id);

/** Leaves an intent in the ledger that EC2 has not answered. */
async function leaveOpen({ ports, clock }: CheckWorld, definition: WorkerType): Promise<void> {
  const answer = await ports.leases.acquire('test', 1000);
  if (answer.kind !== 'acquired') throw new Error('held');
  const order = anOrder({ launchId: 'open', definition });
  const { lease } = answer;
  const { shard } = lease;
  const record = { order, shard, openedAt: clock.now(), state: 'open' as const, workers: [], refusals: [] };
  await ports.ledger.open(record, lease);
}

/** `build` as it is in the table, with a template of an earlier edit that is more than a day old. */
async function aWorld() {
  const world = await useCheckWorld();
  await world.fill('build');
  await world.putItems(world.document());
  const unused = await launch(world, EDITED);
  world.clock.advance(DAY_MS + 1);
  return { world, unused };
}

describe('the scheduled check collects unused launch templates (row "launch templates")', () => {
  it('deletes one that nothing uses and that is older than a day', async () => {
    const { world, unused } = await aWorld();
    const used = await launch(world);
    expect(await world.check()).toEqual({ checked: 1 });
    expect(templates(world)).toEqual([used]);
    expect(output.text).toContain(`"removed":["${unused}"]`);
    expect(output.text).not.toContain('"CheckFailures":1');
  });

  it.each([
    ['that the present definition uses', {}, async () => undefined],
    ['of a definition that is invalid', { workerType: 'broken' }, breakDefinition],
    ['that an open launch uses', { userData: { edit: 'launched' } }, openLaunch],
    ['of another provisioner', { provisionerId: 'other', ...EDITED }, async () => undefined],
  ] as const)('keeps one %s', async (_which, changes, prepare) => {
    const world = await useCheckWorld();
    await world.putItems(world.document());
    const kept = await launch(world, changes);
    await launch(world, EDITED);
    world.clock.advance(DAY_MS + 1);
    await prepare(world);
    await world.check();
    expect(templates(world)).toEqual([kept]);
  });

  it('keeps one that is a day old', async () => {
    const world = await useCheckWorld();
    await world.putItems(world.document());
    const young = await launch(world, EDITED);
    world.clock.advance(DAY_MS);
    await world.check();
    expect(templates(world)).toEqual([young]);
  });

  it.each(['DescribeLaunchTemplates', 'DeleteLaunchTemplate'])(
    'logs and counts that it could not, and the check succeeds all the same: %s',
    async (action) => {
      const { world, unused } = await aWorld();
      world.world.addFault({ action, kind: 'error', code: 'UnauthorizedOperation' });
      expect(await world.check()).toEqual({ checked: 1 });
      expect(templates(world)).toEqual([unused]);
      expect(output.text).toMatch(/"level":"WARN"[^\n]*"launch-templates-collected"/);
      expect(output.text).toContain('"CheckSucceeded":1');
      expect(output.text).toContain('"CheckFailures":1');
    },
  );

  it('leaves them alone when the stream tells of a change', async () => {
    const { world, unused } = await aWorld();
    await world.stream();
    expect(templates(world)).toEqual([unused]);
  });
});

async function breakDefinition(world: CheckWorld): Promise<void> {
  await world.putItems(world.document({ workerType: 'broken', maxCapacity: 'many' }));
}

async function openLaunch(world: CheckWorld): Promise<void> {
  await leaveOpen(world, definitionOf(world, { userData: { edit: 'launched' } }));
}
