import { describe, expect, it } from 'vitest';
import { aDocument } from '../support/builders.ts';
import { cliWorld } from './cli-world.ts';
import { startLocalProvisioner } from './local-provisioner.ts';

function aWorld() {
  const world = cliWorld();
  for (const workerType of ['build', 'test']) world.workerTypes.putRaw(workerType, aDocument({ workerType }));
  return world;
}

describe('wake', () => {
  it('puts one event that names the worker types, each once', async () => {
    const world = aWorld();
    const { exitCode, stdout } = await world.run('wake build test build');
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: 'Told SpotProvisioner-acme that tasks wait for build, test.\n',
    });
    expect(world.bus.events).toEqual([{ detailType: 'Tasks Waiting', detail: { workerTypes: ['build', 'test'] } }]);
  });

  it('puts it on the bus that is named', async () => {
    const { data } = await aWorld().json('wake build --event-bus other');
    expect(data).toEqual({ workerTypes: ['build'], eventBus: 'other' });
  });

  it('wakes nobody when one of them does not exist', async () => {
    const world = aWorld();
    const { error } = await world.json('wake build biuld');
    expect(error).toMatchObject({
      kind: 'not-found',
      message: 'there is no worker type "biuld" (there are: build, test)',
    });
    expect(world.bus.events).toEqual([]);
  });

  it('takes no more than an event can name', async () => {
    const names = Array.from({ length: 101 }, (_, index) => `type-${index}`);
    const { error } = await aWorld().json(`wake ${names.join(' ')}`);
    expect(error).toMatchObject({ kind: 'usage', message: 'found 101 worker types, allowed: 1 to 100' });
  });

  it('fails when the bus does not take the event', async () => {
    const world = aWorld();
    world.bus.put = () => Promise.reject(new Error('the event bus x did not accept 1 of 1 events'));
    expect(await world.json('wake build')).toMatchObject({
      exitCode: 1,
      error: { message: expect.stringContaining('did not accept') },
    });
  });

  it('reaches the bus of local mode', async () => {
    const { queueUrl, provisioner, busEvents } = await startLocalProvisioner();
    const definition = aDocument({ provisionerId: 'demo', queueUrls: [queueUrl] });
    expect(await provisioner('worker-types apply -', JSON.stringify(definition))).toMatchObject({ exitCode: 0 });
    expect(await provisioner('wake build')).toMatchObject({ exitCode: 0, data: { workerTypes: ['build'] } });
    expect(busEvents).toMatchObject([
      { source: 'spot-provisioner.demo', 'detail-type': 'Tasks Waiting', detail: { workerTypes: ['build'] } },
    ]);
  });
});
