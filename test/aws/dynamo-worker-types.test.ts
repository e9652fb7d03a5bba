import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { toItem } from '../../lib/aws/dynamo-tables.ts';
import type { StoredWorkerType } from '../../lib/control/ports.ts';
import { type AwsWorld, useAwsWorld } from '../support/aws-world.ts';
import { aDefinition, aDocument } from '../support/builders.ts';

/** Writes an item in DynamoDB's own notation, which can hold what no JavaScript value can. */
const putRaw = ({ clients, config }: AwsWorld, attributes: PutItemCommand['input']['Item']) =>
  clients.dynamoDb.send(
    new PutItemCommand({
      TableName: config.workerTypesTable,
      Item: { ...toItem(aDocument({ workerType: 'odd' })), ...attributes },
    }),
  );

/** The odd item and the sound one beside it, which must read as if it were alone. */
async function readBoth(aws: AwsWorld): Promise<StoredWorkerType> {
  await aws.putItems(aDocument({ workerType: 'sound' }));
  const [odd, sound] = await aws.ports.workerTypes.list();
  expect(sound).toMatchObject({ workerType: 'sound', parsed: { kind: 'valid' } });
  if (odd === undefined) throw new Error('the odd item is missing');
  return odd;
}
const problemsOf = ({ parsed }: StoredWorkerType) => (parsed.kind === 'invalid' ? parsed.problems : []);

describe('an item written by hand', () => {
  it.each(['12345678901234567890', '1e100', '-9007199254740993'])(
    'with the number %s, which no double holds, is invalid by itself and can be shown',
    async (number) => {
      const aws = await useAwsWorld();
      await putRaw(aws, { maxCapacity: { N: number } });
      const odd = await readBoth(aws);
      expect(problemsOf(odd)).toEqual([{ path: '', message: expect.stringContaining('beyond double precision') }]);
      expect(JSON.stringify(odd)).toContain('"workerType":"odd"');
      expect(odd.document).toMatchObject({ workerType: 'odd', maxCapacity: expect.any(String) });
    },
  );

  it('with a fraction of many digits is read to the precision of a double', async () => {
    const aws = await useAwsWorld();
    await putRaw(aws, { maxPriceUsdPerHour: { N: '0.12345678901234567890123' } });
    expect(await readBoth(aws)).toMatchObject({
      parsed: { kind: 'valid', definition: { maxPriceUsdPerHour: 0.12345678901234568 } },
    });
  });

  it.each([
    ['a set of numbers', { maxCapacity: { NS: ['1', '2'] } }, 'maxCapacity'],
    ['a set of strings', { subnetIds: { SS: ['subnet-aaa'] } }, 'subnetIds'],
    ['binary data', { description: { B: new Uint8Array([1, 2]) } }, 'description'],
    ['null', { maxCapacity: { NULL: true } }, 'maxCapacity'],
    ['a number as text', { maxCapacity: { S: '10' } }, 'maxCapacity'],
    ['text as a list', { instanceTypes: { S: 'c7g.large' } }, 'instanceTypes'],
    ['a field that is not there', { maxCapacitiy: { N: '1' } }, 'maxCapacitiy'],
  ])('with %s is invalid by field path', async (_what, attributes: object, path) => {
    const aws = await useAwsWorld();
    await putRaw(aws, { ...attributes });
    const odd = await readBoth(aws);
    expect(problemsOf(odd).map((problem) => problem.path)).toEqual([path]);
    expect(() => JSON.stringify(odd)).not.toThrow();
  });

  it('with nearly 400 KB of junk has a readable number of problems', async () => {
    const aws = await useAwsWorld();
    const junk = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, index) => [`junk${index}`, { S: 'x'.repeat(110) }]),
    );
    await putRaw(aws, junk);
    const problems = problemsOf(await readBoth(aws));
    expect(problems.length).toBeLessThanOrEqual(51);
    expect(problems.at(-1)).toMatchObject({ message: expect.stringMatching(/^\d+ more problems/) });
  });

  it('without a version counts as version 1', async () => {
    const aws = await useAwsWorld();
    await putRaw(aws, {});
    expect(await readBoth(aws)).toMatchObject({ parsed: { kind: 'valid', definition: { version: 1 } } });
    expect(await aws.ports.workerTypes.remove('odd', 2)).toBe('conflict');
    expect(await aws.ports.workerTypes.remove('odd', 1)).toBe('removed');
  });

  it('with a version that is no number is never overwritten', async () => {
    const aws = await useAwsWorld();
    await putRaw(aws, { version: { S: 'two' } });
    for (const expected of [undefined, 1, 2])
      expect(await aws.ports.workerTypes.save(aDefinition({ workerType: 'odd' }), expected)).toBe('conflict');
  });
});

describe('the table', () => {
  it('is read to its end, over several pages of 1 MB', async () => {
    const aws = await useAwsWorld();
    const names = Array.from({ length: 40 }, (_, index) => `type-${String(index).padStart(2, '0')}`);
    const junk = 'x'.repeat(60_000);
    await aws.putItems(...names.map((workerType) => aws.document({ workerType, description: junk })));
    const listed = await aws.ports.workerTypes.list();
    expect(listed.map(({ workerType }) => workerType)).toEqual(names);
    expect(aws.dynamoDb.requests.filter(({ action }) => action === 'Query').length).toBeGreaterThan(1);
  });

  it('is not read in part: a page that fails fails the list', async () => {
    const aws = await useAwsWorld();
    const big = { description: 'x'.repeat(300_000) };
    await aws.putItems(...['a', 'b', 'c', 'd', 'e'].map((workerType) => aws.document({ workerType, ...big })));
    aws.dynamoDb.setFault({
      action: 'Query',
      when: ({ ExclusiveStartKey: startKey }) => startKey !== undefined,
      code: 'InternalServerError',
      status: 500,
    });
    await expect(aws.ports.workerTypes.list()).rejects.toThrow('Injected');
  });

  it('keeps provisioners apart', async () => {
    const aws = await useAwsWorld();
    await aws.putItems(aws.document(), aws.document({ provisionerId: 'other', workerType: 'theirs' }));
    const names = async (id: string) => (await aws.portsOf(id).workerTypes.list()).map(({ workerType }) => workerType);
    expect([await names('acme'), await names('other')]).toEqual([['build'], ['theirs']]);
    expect(await aws.ports.workerTypes.get('theirs')).toBeUndefined();
  });

  it('takes a definition for this provisioner, whatever the definition says', async () => {
    const aws = await useAwsWorld();
    await aws.ports.workerTypes.save(aDefinition({ provisionerId: 'other' }), undefined);
    expect(await aws.ports.workerTypes.get('build')).toMatchObject({ document: { provisionerId: 'acme' } });
    expect(await aws.portsOf('other').workerTypes.list()).toEqual([]);
  });
});
