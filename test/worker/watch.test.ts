import { expect, it } from 'vitest';
import { Watch } from '../../worker/watch.ts';

const SIGNAL = 'meta-data/tags/instance/spot-provisioner:signal';
const NOTICE = 'meta-data/spot/instance-action';

function aWatch() {
  const metadata = new Map<string, string>();
  const service = { fails: false };
  const events: string[] = [];
  const interruption = new AbortController();
  const get = async (path: string) => {
    if (service.fails) throw new Error('metadata: status 500');
    return metadata.get(path);
  };
  return {
    metadata,
    service,
    events,
    interruption,
    watch: new Watch({ get }, interruption, (event) => events.push(event)),
  };
}

it('a metadata service that fails leaves the last signal in force and is logged once', async () => {
  const { watch, metadata, service, events, interruption } = aWatch();
  metadata.set(SIGNAL, 'stay');
  await watch.look();
  service.fails = true;
  await watch.look();
  await watch.look();
  expect([watch.signal, interruption.signal.aborted]).toEqual(['stay', false]);
  service.fails = false;
  metadata.delete(SIGNAL);
  await watch.look();
  expect(watch.signal).toBe(undefined);
  expect(events).toEqual(['signal', 'metadata-trouble', 'signal']);
});

it('a signal of another meaning is none', async () => {
  const { watch, metadata, events } = aWatch();
  metadata.set(SIGNAL, 'dance');
  await watch.look();
  expect([watch.signal, events]).toEqual([undefined, []]);
});

it.each(['{"action":"terminate","time":"2026-11-24T12:00:00Z"}', 'anything'])(
  'the notice %s interrupts',
  async (text) => {
    const { watch, metadata, events, interruption } = aWatch();
    metadata.set(NOTICE, text);
    await watch.look();
    await watch.look();
    expect(interruption.signal.aborted).toBe(true);
    expect(events).toEqual(['interrupted']);
  },
);
