import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { busSource, eventBusName } from '../../lib/core/bus-names.ts';
import type { DeliveredEvent } from '../../lib/local/events/put-events.ts';
import { useAwsWorld } from '../support/aws-world.ts';
import { provision } from '../support/lambda.ts';

const guide = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8');

/** The section below a heading, up to the next one of its level. */
const section = (heading: string): string => guide.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';

/** Names in the first column of a table. */
const fields = (text: string): string[] =>
  [...text.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, names = '']) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  );

/** An event of a type that is suspended because its image is gone, as a rule would get it. */
async function anEvent(): Promise<DeliveredEvent | undefined> {
  const aws = await useAwsWorld({ provisionerId: 'ci' });
  const events: DeliveredEvent[] = [];
  aws.events.onEvent(eventBusName('ci'), (event) => events.push(event));
  await aws.putItems(aws.document({ workerType: 'broken', maxCapacity: -1, owner: 'team-build@example.com' }));
  await provision(aws);
  await setImmediate();
  return events[0];
}

describe('The guide of events', () => {
  it('shows an event of the provision function with every field that it has, and no other', async () => {
    const [, json = ''] = /```json\n(.*?)```/s.exec(section('Worker Type State Change')) ?? [];
    const shown = JSON.parse(json) as DeliveredEvent;
    const event = await anEvent();
    expect(Object.keys(shown).toSorted()).toEqual(Object.keys(event ?? {}).toSorted());
    expect(Object.keys(shown.detail).toSorted()).toEqual(Object.keys(event?.detail ?? {}).toSorted());
    expect(event).toMatchObject({ source: shown.source, 'detail-type': shown['detail-type'] });
  });

  it('explains every field of its detail', async () => {
    const event = await anEvent();
    expect(fields(section('Worker Type State Change')).toSorted()).toEqual(Object.keys(event?.detail ?? {}).toSorted());
  });

  it('subscribes an owner with a pattern that names what an event has', async () => {
    const [, json = ''] = /^pattern='(.+)'$/m.exec(guide) ?? [];
    const pattern = JSON.parse(json) as { 'detail-type': string[]; detail: { owner: string[] } };
    const event = await anEvent();
    expect(pattern['detail-type']).toEqual([event?.['detail-type']]);
    expect(pattern.detail.owner).toEqual([event?.detail['owner']]);
  });

  it('names bus and source as they are', () => {
    const id = 'PROVISIONER_ID';
    expect(guide).toContain(`"${eventBusName(`$${id}`)}\\"`);
    expect(guide).toContain(`"${busSource(`$${id}`)}\\"`);
  });
});
