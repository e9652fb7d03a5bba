import { expect, it } from 'vitest';
import { useAwsWorld } from '../support/aws-world.ts';

it('a definition that did not change since the last list is not parsed again; one that did is', async () => {
  const aws = await useAwsWorld();
  await aws.putItems(aws.document({ workerType: 'a' }), aws.document({ workerType: 'b' }));
  const first = await aws.ports.workerTypes.list();
  await aws.putItems(aws.document({ workerType: 'b', maxCapacity: 7 }));
  const second = await aws.ports.workerTypes.list();
  expect(second[0]).toBe(first[0]);
  expect(second[1]?.parsed).toMatchObject({ kind: 'valid', definition: { maxCapacity: 7 } });
});

it('one that is deleted is forgotten, and read anew when it comes back', async () => {
  const aws = await useAwsWorld();
  await aws.putItems(aws.document());
  const [before] = await aws.ports.workerTypes.list();
  await aws.ports.workerTypes.remove('build', 1);
  expect(await aws.ports.workerTypes.list()).toEqual([]);
  await aws.putItems(aws.document());
  const [after] = await aws.ports.workerTypes.list();
  expect(after).toEqual(before);
  expect(after).not.toBe(before);
});
