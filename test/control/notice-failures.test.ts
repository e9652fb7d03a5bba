import { describe, expect, it } from 'vitest';
import { EventsRefused } from '../../lib/control/events-refused.ts';
import { anEngine } from '../support/an-engine.ts';
import { aDocument } from '../support/builders.ts';

const TICKS = 10;
const ofType = ({ detail }: { readonly detail: Readonly<Record<string, unknown>> }) => detail['workerType'];

/** Two types that are well, then invalid. */
async function twoTroubles() {
  const engine = anEngine([
    { workerType: 'a', pendingTasks: 0 },
    { workerType: 'b', pendingTasks: 0 },
  ]);
  await engine.run();
  for (const workerType of ['a', 'b'])
    engine.workerTypes.putRaw(workerType, { ...aDocument({ workerType }), maxCapacity: -1 });
  return engine;
}

describe('a notice', () => {
  it('of a status that cannot be saved is not told, at no tick; others are, once', async () => {
    const engine = await twoTroubles();
    const { saveWorkerTypes } = engine.board;
    engine.board.saveWorkerTypes = async (statuses) => {
      if (statuses.some(({ workerType }) => workerType === 'b')) throw new Error('ValidationException: too large');
      return saveWorkerTypes.call(engine.board, statuses);
    };
    for (let count = 0; count < TICKS; count += 1) await engine.run();
    expect(engine.bus.events.map(ofType)).toEqual(['a']);
  });

  it('that the bus does not take is tried again; those beside it, which it took, are told once', async () => {
    const engine = await twoTroubles();
    const taken: unknown[] = [];
    engine.bus.put = async (events) => {
      taken.push(...events.map(ofType).filter((workerType) => workerType !== 'b'));
      const refused = events.filter((event) => ofType(event) === 'b');
      if (refused.length > 0) throw new EventsRefused('did not accept 1 event', refused);
    };
    for (let count = 0; count < TICKS; count += 1) await engine.run();
    expect(taken).toEqual(['a']);
    const { tick } = await engine.board.load();
    expect(tick?.failures).toEqual([expect.stringMatching(/^b: the notice of its change could not be put on the bus/)]);
  });

  it('that was told and cannot be remembered keeps the others from nothing', async () => {
    const engine = await twoTroubles();
    const { saveWorkerTypes } = engine.board;
    engine.board.saveWorkerTypes = async (statuses) => {
      if (statuses.some(({ workerType, toldState }) => workerType === 'a' && toldState === undefined))
        throw new Error('ThrottlingException');
      return saveWorkerTypes.call(engine.board, statuses);
    };
    await engine.run();
    await engine.run();
    expect(engine.bus.events.map(ofType).filter((workerType) => workerType === 'b')).toEqual(['b']);
  });
});

it('a trouble whose queue cannot be read after it was mended is over when it can be read', async () => {
  const engine = anEngine([{ pendingTasks: 0 }]);
  await engine.run();
  engine.workerTypes.putRaw('build', { ...aDocument(), maxCapacity: -1 });
  await engine.run();
  const { read } = engine.backlog;
  engine.backlog.read = async () => ({ kind: 'unknown', reason: 'AccessDenied' });
  engine.workerTypes.putRaw('build', aDocument());
  await engine.run();
  expect(engine.bus.events.map(({ detail }) => detail['to'])).toEqual(['invalid']);
  engine.backlog.read = read.bind(engine.backlog);
  engine.backlog.set('https://sqs.us-east-1.amazonaws.com/123456789012/acme-build', { pendingTasks: 0 });
  await engine.run();
  expect(engine.bus.events.at(-1)?.detail).toMatchObject({ from: 'invalid', to: 'ok', resolved: true });
});
