import { describe, expect, it } from 'vitest';
import { diffDefinitions } from '../../lib/control/definition-diff.ts';
import { type DefinitionChange, inOrderOfChange, recordChange } from '../../lib/control/versions.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { MemoryVersionHistory } from '../../lib/memory/memory-version-history.ts';
import { aDocument, NOW } from '../support/builders.ts';

const item = (version: number | undefined, maxCapacity: number) =>
  aDocument({ ...(version === undefined ? {} : { version }), maxCapacity });

let sequence = 0;
/** A change as the stream tells of it. */
const told = (before: DefinitionChange['before'], after: DefinitionChange['after'], seconds = 0): DefinitionChange => {
  sequence += 1;
  return {
    workerType: 'build',
    before,
    after,
    at: secondsAfter(NOW, seconds),
    source: 'table',
    sequence: String(sequence).padStart(21, '0'),
  };
};
/** The same change as the tool that made it tells of it. */
const byTool = ({ sequence: _s, ...change }: DefinitionChange, author = 'ada'): DefinitionChange => ({
  ...change,
  source: 'cli',
  author,
  at: secondsAfter(change.at, 0.25),
});

async function keep(changes: readonly DefinitionChange[], history = new MemoryVersionHistory()) {
  for (const change of changes) await recordChange(change, history);
  return inOrderOfChange(await history.list('build'));
}
const summary = (records: Awaited<ReturnType<typeof keep>>) =>
  records.map(({ version, statedVersion, document, author, deleted }) => [
    version,
    statedVersion,
    deleted === true ? 'deleted' : document['maxCapacity'],
    ...(author === undefined ? [] : [author]),
  ]);

describe('the history of a definition', () => {
  it('keeps every change with its author, its time and what differs, so that each version is retrievable', async () => {
    const created = told(undefined, item(1, 5));
    const changed = told(item(1, 5), item(2, 6), 60);
    const records = await keep([byTool(created), byTool(changed, 'eve')]);
    expect(records).toMatchObject([
      { version: 1, author: 'ada', source: 'cli', at: secondsAfter(NOW, 0.25), document: item(1, 5) },
      { version: 2, author: 'eve', document: item(2, 6), changes: [{ path: 'maxCapacity', before: 5, after: 6 }] },
    ]);
    expect(records[0]?.changes).toContainEqual({ path: 'maxCapacity', after: 5 });
  });

  const created = told(undefined, item(1, 5));
  const changed = told(item(1, 5), item(2, 6), 60);
  it.each([
    ['the tool first', [byTool(created), created, byTool(changed), changed]],
    ['the stream first', [created, byTool(created), changed, byTool(changed)]],
    ['the stream late and twice', [byTool(created), byTool(changed), created, changed, created, changed]],
    ['the stream out of order', [byTool(created), byTool(changed), changed, created, changed]],
    ['the changes out of order', [changed, created, byTool(created), byTool(changed)]],
  ])('holds one record of each change when both tell of it: %s', async (_order, changes) => {
    const records = await keep(changes);
    expect(summary(records)).toEqual([
      [1, 1, 5, 'ada'],
      [2, 2, 6, 'ada'],
    ]);
    expect(records.map((record) => record.sequence)).toEqual([created.sequence, changed.sequence]);
    expect(records.map(({ source, found }) => [source, found])).toEqual([
      ['cli', undefined],
      ['cli', undefined],
    ]);
  });

  it('counts on for edits by hand that did not raise the version, and notes what the item says', async () => {
    const edits = [
      told(undefined, item(undefined, 5)),
      told(item(undefined, 5), item(undefined, 6), 10),
      told(item(undefined, 6), item(undefined, 5), 20),
      told(item(undefined, 5), item(undefined, 6), 30),
    ];
    const wanted = [
      [1, 1, 5],
      [2, 1, 6],
      [3, 1, 5],
      [4, 1, 6],
    ];
    expect(summary(await keep(edits))).toEqual(wanted);
    expect(summary(await keep([...edits, ...edits.toReversed()]))).toEqual(wanted);
  });

  it('leaves the number of a tool to the tool when an edit by hand has taken it', async () => {
    const byHand = told(item(1, 5), item(1, 6), 10);
    const records = await keep([told(undefined, item(1, 5)), byHand, byTool(told(item(1, 6), item(2, 7), 20))]);
    expect(summary(records)).toEqual([
      [1, 1, 5],
      [2, 1, 6],
      [3, 2, 7, 'ada'],
    ]);
  });

  it('keeps deletions, and tells a definition that is created again as it was from the first one', async () => {
    const changes = [told(undefined, item(1, 5)), told(item(1, 5), undefined, 1), told(undefined, item(1, 5), 2)];
    const wanted = [
      [1, 1, 5, 'ada'],
      [2, 1, 'deleted', 'ada'],
      [3, 1, 5, 'ada'],
    ];
    const tools = changes.map((change) => byTool(change));
    expect(summary(await keep(tools))).toEqual(wanted);
    expect(summary(await keep([...tools, ...changes]))).toEqual(wanted);
    expect(summary(await keep(changes.flatMap((change) => [change, byTool(change)])))).toEqual(wanted);
  });

  it('keeps what was there before the history began', async () => {
    const records = await keep([byTool(told(item(7, 5), item(8, 6), 60))]);
    expect(records).toMatchObject([
      { version: 7, found: true, document: item(7, 5), changes: [] },
      { version: 8, author: 'ada', document: item(8, 6) },
    ]);
    const afterAll = await keep([byTool(told(item(1, 5), item(2, 6), 60)), told(undefined, item(1, 5), 0)]);
    expect(afterAll[0]).toMatchObject({ version: 1, at: NOW, changes: expect.any(Array) });
    expect(afterAll[0]).not.toHaveProperty('found');
  });

  it.each([['two'], [-1], [1.5], [0], [1e15], [Number.NaN]])(
    'keeps an item that says %j for its version under the next free number',
    async (version) => {
      const records = await keep([told(undefined, item(1, 5)), told(item(1, 5), aDocument({ version }), 1)]);
      expect(records.map((record) => record.version)).toEqual([1, 2]);
    },
  );

  it('gives each of two writers who meet a number of their own', async () => {
    const history = new MemoryVersionHistory();
    await Promise.all(
      [6, 7, 8].map((capacity) => recordChange(told(item(1, 5), item(1, capacity), capacity), history)),
    );
    expect((await history.list('build')).map(({ version }) => version)).toEqual([1, 2, 3, 4]);
  });
});

describe('the difference of two definitions', () => {
  it.each([
    ['a field that is new', {}, { tags: { a: 'b' } }, [{ path: 'tags', after: { a: 'b' } }]],
    ['a field that goes', { keyName: 'k' }, {}, [{ path: 'keyName', before: 'k' }]],
    [
      'a value deep inside',
      { regions: [{ zones: [{ subnetId: 'a' }] }] },
      { regions: [{ zones: [{ subnetId: 'b' }] }] },
      [{ path: 'regions[0].zones[0].subnetId', before: 'a', after: 'b' }],
    ],
    ['nothing but the version', { version: 1 }, { version: 2 }, []],
  ])('names %s by its path', (_what, before, after, changes) => {
    expect(diffDefinitions(before, after)).toEqual(changes);
  });
});
