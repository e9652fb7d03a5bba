import { describe, expect, it } from 'vitest';
import { describeProblem } from '../../lib/core/problem.ts';
import { parseWorkerType } from '../../lib/core/worker-type-schema.ts';
import { aDocument } from '../support/builders.ts';

function problems(changes: Record<string, unknown>): string[] {
  const parsed = parseWorkerType(aDocument(changes));
  return parsed.kind === 'invalid' ? parsed.problems.map(describeProblem) : [];
}

describe('a worker type document', () => {
  it('needs only what has no sensible default', () => {
    const parsed = parseWorkerType(aDocument());
    expect(parsed).toMatchObject({
      kind: 'valid',
      definition: {
        version: 1,
        enabled: true,
        minCapacity: 0,
        scalingRatio: 0,
        idleTimeoutSeconds: 300,
        maxUptimeSeconds: 259_200,
        maxLifetimeSeconds: 345_600,
        instanceTypes: [{ instanceType: 'c7g.large', capacity: 1, utility: 1 }],
      },
    });
  });

  it.each`
    fact                                                        | changes                                                                                       | path
    ${'an unknown key is rejected'}                             | ${{ maxCapcity: 3 }}                                                                          | ${'maxCapcity: is not a field'}
    ${'an unknown key in a list is rejected'}                   | ${{ instanceTypes: [{ instanceType: 'c7g.large', weight: 2 }] }}                              | ${'instanceTypes[0].weight: is not a field'}
    ${'min above max is rejected'}                              | ${{ minCapacity: 5, maxCapacity: 4 }}                                                         | ${'minCapacity: must be at most maxCapacity (4), found 5'}
    ${'a negative number is rejected'}                          | ${{ minCapacity: -1 }}                                                                        | ${'minCapacity: too small'}
    ${'a fraction of a task is rejected'}                       | ${{ maxCapacity: 1.5 }}                                                                       | ${'maxCapacity: invalid input: expected int'}
    ${'text in place of a number is rejected'}                  | ${{ maxCapacity: '10' }}                                                                      | ${'maxCapacity: invalid input: expected number'}
    ${'a missing queue is named'}                               | ${{ queueUrl: undefined }}                                                                    | ${'queueUrl: is missing'}
    ${'a queue name in place of a URL is rejected'}             | ${{ queueUrl: 'acme-build' }}                                                                 | ${'queueUrl: the URL of an SQS queue, found "acme-build"'}
    ${'an instance type twice is rejected'}                     | ${{ instanceTypes: [{ instanceType: 'c7g.large' }, { instanceType: 'c7g.large' }] }}          | ${'instanceTypes: holds the same instanceType twice'}
    ${'a subnet twice is rejected'}                             | ${{ subnetIds: ['subnet-1234', 'subnet-1234'] }}                                              | ${'subnetIds: holds the same id twice'}
    ${'an empty list is rejected'}                              | ${{ securityGroupIds: [] }}                                                                   | ${'securityGroupIds: at least one is needed'}
    ${'a set in place of a list is rejected'}                   | ${{ subnetIds: new Set(['subnet-1234']) }}                                                    | ${'subnetIds: invalid input: expected array, received Set, found a set'}
    ${'an image that is no image is rejected'}                  | ${{ imageId: 'ubuntu' }}                                                                      | ${'imageId: ami-'}
    ${'a type too large for the maximum is rejected'}           | ${{ maxCapacity: 3, instanceTypes: [{ instanceType: 'c7g.large', capacity: 4 }] }}            | ${'maxCapacity: no instance type fits'}
    ${'a worker must be able to leave before it is reaped'}     | ${{ maxUptimeSeconds: 600, maxLifetimeSeconds: 600 }}                                         | ${'maxLifetimeSeconds: must be more than maxUptimeSeconds (600)'}
    ${'idle time above uptime is rejected'}                     | ${{ idleTimeoutSeconds: 601, maxUptimeSeconds: 600 }}                                         | ${'idleTimeoutSeconds: must be at most maxUptimeSeconds (600), found 601'}
    ${"the provisioner's own tags are not for definitions"}     | ${{ tags: { 'spot-provisioner:launch-id': 'x' } }}                                            | ${"tags.spot-provisioner:launch-id: is AWS's or the provisioner's own"}
    ${'a tag key that EC2 would refuse is rejected'}            | ${{ tags: { 'team/cost centre': 'x' } }}                                                      | ${'tags.team/cost centre'}
    ${'a price that EC2 would refuse is rejected'}              | ${{ maxPriceUsdPerHour: 0.001 }}                                                              | ${'maxPriceUsdPerHour: too small'}
    ${'user data too long for EC2 is rejected'}                 | ${{ userData: { blob: 'x'.repeat(9000) } }}                                                   | ${'userData: at most 8192 bytes of JSON, found 9011'}
    ${'user data counts in bytes, not in characters'}           | ${{ userData: { blob: '€'.repeat(3000) } }}                                                   | ${'userData: at most 8192 bytes of JSON, found 9011'}
    ${"AWS's own tags are not for definitions, in any letters"} | ${{ tags: { 'AWS:x': 'x' } }}                                                                 | ${"tags.AWS:x: is AWS's"}
    ${'a tag key that IMDS cannot show is rejected'}            | ${{ tags: { _index: 'x' } }}                                                                  | ${'tags._index: is a name that the instance metadata service cannot show'}
    ${'more tags than EC2 takes are rejected'}                  | ${{ tags: Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`k${index}`, 'x'])) }} | ${'tags: at most 41 tags'}
    ${'a ceiling that EC2 would refuse by unit is rejected'}    | ${{ maxPriceUsdPerHour: 0.04, instanceTypes: [{ instanceType: 'c7g.large', capacity: 64 }] }} | ${'instanceTypes[0].utility: maxPriceUsdPerHour x utility / capacity is 0.00063 USD'}
    ${'a newer document format is rejected'}                    | ${{ schemaVersion: 2 }}                                                                       | ${'schemaVersion: invalid input: expected 1, found 2'}
  `('$fact', ({ changes, path }: { changes: Record<string, unknown>; path: string }) => {
    expect(problems(changes).join('\n')).toContain(path);
  });

  it('reports every problem at once', () => {
    const found = problems({ maxCapacity: -1, imageId: 7, subnetIds: 'subnet-1', surprise: true });
    expect(found).toHaveLength(4);
    expect(found.join('\n')).toMatch(/maxCapacity.*\n.*imageId.*\n.*subnetIds.*\n.*surprise/);
  });

  it('reports broken rules between fields beside fields that are wrong by themselves', () => {
    const found = problems({ minCapacity: 5, maxCapacity: 3, imageId: 'ubuntu', surprise: true, tags: { Name: 'x' } });
    expect(found.map((problem) => problem.split(':')[0])).toEqual(['imageId', 'surprise', 'minCapacity', 'tags.Name']);
  });

  it.each([
    ['a string', 'junk'],
    ['a list', [1, 2]],
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
  ])('answers problems instead of throwing for %s', (_name, document) => {
    expect(parseWorkerType(document)).toMatchObject({ kind: 'invalid' });
  });

  it('keeps the report of 400 KB of junk short', () => {
    const junk = Object.fromEntries(Array.from({ length: 4000 }, (_, index) => [`k${index}`, 'x'.repeat(90)]));
    const found = problems(junk);
    expect(found.length).toBeLessThanOrEqual(51);
    expect(found.join('\n').length).toBeLessThan(20_000);
    expect(found.at(-1)).toMatch(/more problems are not listed/);
  });

  it('keeps field paths short, whatever the keys are', () => {
    const found = problems({ tags: { ['k'.repeat(300_000)]: 'x' } });
    expect(found.join('\n').length).toBeLessThan(1000);
  });

  it('leaves tags that only begin like one of ours to the definition', () => {
    expect(problems({ tags: { NameOfTeam: 'core' } })).toEqual([]);
  });

  it('lets maxCapacity 0 switch a type off whatever its instance types hold', () => {
    expect(problems({ maxCapacity: 0, instanceTypes: [{ instanceType: 'c7g.large', capacity: 4 }] })).toEqual([]);
  });
});
