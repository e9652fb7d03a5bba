import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type LocalEvent, startLocalMode } from '../../lib/local/local-mode.ts';

/** Local mode whose functions do nothing but log what they are invoked with. */
async function startBareLocalMode() {
  const folder = await mkdtemp(join(tmpdir(), 'bus-rules-'));
  const handler = join(folder, 'index.mjs');
  await writeFile(handler, 'export const handler = async (got) => console.log(JSON.stringify({ got }));\n');
  const bundle = pathToFileURL(handler);
  const events: LocalEvent[] = [];
  const local = await startLocalMode({
    folder,
    provisionerId: 'test',
    region: 'us-east-1',
    bundles: async () => ({ provision: bundle, reap: bundle, check: bundle }),
    world: {},
    workerCommand: ['false'],
    workerEnvironment: {},
    environment: {},
    provisionEverySeconds: 600,
    tickSeconds: 10,
    reapEverySeconds: 600,
    onEvent: (event) => events.push(event),
  });
  onTestFinished(async () => {
    await local.close();
    await rm(folder, { recursive: true });
  });
  const put = (DetailType: string, detail: object, Source = 'spot-provisioner.test') =>
    local.clients.events.send(
      new PutEventsCommand({
        Entries: [{ EventBusName: 'SpotProvisioner-test', Source, DetailType, Detail: JSON.stringify(detail) }],
      }),
    );
  /** What the provision function was invoked with, the schedule aside. */
  const invocations = () =>
    events.flatMap((event) => {
      if (event.source !== 'provision') return [];
      const got = event.fields['got'] as Record<string, unknown> | undefined;
      return got?.['detail-type'] === undefined ? [] : [got];
    });
  return { folder, events, put, invocations };
}

it('local mode starts the provision function for events that the rule of the stack is for, and shows the others', async () => {
  const { folder, events, put, invocations } = await startBareLocalMode();
  const tasks = { workerTypes: ['build'] };
  await put('Tasks Waiting', tasks, 'somebody-else');
  await put('Worker Type State Change', { workerType: 'build' });
  await put('Tasks Waiting', tasks);
  await put('Shard Due', { shard: '3' });
  await vi.waitUntil(() => invocations().length === 2, { timeout: 20_000 });
  // They run side by side.
  const byType = invocations().toSorted((a, b) => (String(a['detail-type']) < String(b['detail-type']) ? -1 : 1));
  expect(byType).toMatchObject([
    { source: 'spot-provisioner.test', 'detail-type': 'Shard Due', detail: { shard: '3' } },
    { source: 'spot-provisioner.test', 'detail-type': 'Tasks Waiting', detail: tasks },
  ]);
  const shown = events.flatMap((event) => (event.source === 'bus' ? [event.event] : []));
  expect(shown).toMatchObject([
    { source: 'somebody-else', 'detail-type': 'Tasks Waiting' },
    { 'detail-type': 'Worker Type State Change', detail: { workerType: 'build' } },
  ]);
  const log = await readFile(join(folder, 'log', 'events.jsonl'), 'utf8');
  expect(log.trim().split('\n')).toHaveLength(4);
});
