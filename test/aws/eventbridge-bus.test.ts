import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { EventBridgeBus } from '../../lib/aws/eventbridge-bus.ts';
import { EventsRefused } from '../../lib/control/events-refused.ts';
import type { BusEvent } from '../../lib/control/ports.ts';
import type { DeliveredEvent } from '../../lib/local/events/put-events.ts';
import { useAwsWorld } from '../support/aws-world.ts';

const waiting = (workerType: string): BusEvent => ({
  detailType: 'Tasks Waiting',
  detail: { workerTypes: [workerType] },
});

async function aBus() {
  const aws = await useAwsWorld();
  const arrived: DeliveredEvent[] = [];
  aws.events.onEvent(aws.config.eventBus, (event) => arrived.push(event));
  return { ...aws, arrived, bus: aws.ports.bus };
}

it('names its provisioner as the source of each event', async () => {
  const { bus, arrived } = await aBus();
  await bus.put([waiting('build')]);
  await setImmediate();
  expect(arrived).toMatchObject([
    { source: 'spot-provisioner.acme', 'detail-type': 'Tasks Waiting', detail: { workerTypes: ['build'] } },
  ]);
});

it('tries once more what was left out of a call that succeeded, and nothing else', async () => {
  const { bus, events, arrived } = await aBus();
  events.refuseEntries({
    times: 1,
    code: 'ThrottlingException',
    when: ({ Detail }) => String(Detail).includes('slow'),
  });
  await bus.put([waiting('build'), waiting('slow'), waiting('test')]);
  await setImmediate();
  expect(arrived.map(({ detail }) => detail['workerTypes'])).toEqual([['build'], ['test'], ['slow']]);
});

it('throws with code and number what is left out twice; the rest has arrived', async () => {
  const { bus, events, arrived } = await aBus();
  events.refuseEntries({ times: 2, code: 'InternalFailure', when: ({ Detail }) => String(Detail).includes('slow') });
  await expect(bus.put([waiting('build'), waiting('slow')])).rejects.toThrow(
    'the event bus SpotProvisioner-acme did not accept 1 of 2 events: InternalFailure (',
  );
  await setImmediate();
  expect(arrived.map(({ detail }) => detail['workerTypes'])).toEqual([['build']]);
});

it('throws when there is no such bus', async () => {
  const { clients } = await aBus();
  await expect(new EventBridgeBus(clients.events, 'gone', 'acme').put([waiting('build')])).rejects.toThrow(
    'the event bus gone did not accept 1 of 1 events: InvalidArgument (Event bus gone does not exist.)',
  );
});

it('throws when the call as a whole fails', async () => {
  const { bus, events } = await aBus();
  events.setFault({ action: 'PutEvents', code: 'InternalException', status: 500, message: 'Down' });
  await expect(bus.put([waiting('build')])).rejects.toThrow('Down');
});

it('names those that did not arrive, also when a call of several failed as a whole', async () => {
  const { bus, events, arrived } = await aBus();
  const many = Array.from({ length: 25 }, (_, index) => waiting(`type-${index}`));
  // The SDK tries the call once more.
  const isSecond = (input: Record<string, unknown>) => JSON.stringify(input).includes('type-15');
  events.setFault({ action: 'PutEvents', code: 'InternalException', status: 500, times: 2, when: isSecond });
  const error = await bus.put(many).catch((cause: unknown) => cause);
  await setImmediate();
  expect(arrived).toHaveLength(15);
  expect(error).toBeInstanceOf(EventsRefused);
  expect((error as EventsRefused).refused).toEqual(many.slice(10, 20));
});
