import { onTestFinished } from 'vitest';
import { CachedPrices } from '../../lib/aws/cached-prices.ts';
import { awsClients } from '../../lib/aws/clients.ts';
import { createTables } from '../../lib/aws/create-tables.ts';
import { Ec2SpotPrices, type PricesFailure } from '../../lib/aws/ec2-spot-prices.ts';
import { startDynamoDbEndpoint } from '../../lib/local/dynamodb/endpoint.ts';
import { localRegions } from '../../lib/local/ec2/catalogue.ts';
import { startEc2Endpoint } from '../../lib/local/ec2/ec2-server.ts';
import { Ec2World } from '../../lib/local/ec2/world.ts';
import { MemoryClock } from '../../lib/memory/memory-clock.ts';
import { NOW } from './builders.ts';

const tables = { workerTypesTable: 'worker-types', stateTable: 'state' };

/** Spot prices over HTTP: EC2 in two Regions, and the state table, on one clock that stands still. */
export async function usePricesWorld() {
  const clock = new MemoryClock(NOW);
  const now = () => clock.now();
  const worlds = new Map(localRegions.map((region) => [region as string, new Ec2World({ region, now })]));
  const [dynamoDb, ec2] = await Promise.all([startDynamoDbEndpoint({ now }), startEc2Endpoint({ worlds })]);
  const clients = awsClients('us-east-1', {
    dynamodb: dynamoDb.url,
    ec2: ec2.url,
    sqs: 'http://127.0.0.1:1',
    events: 'http://127.0.0.1:1',
  });
  onTestFinished(async () => {
    clients.destroy();
    await Promise.all([dynamoDb.close(), ec2.close()]);
  });
  await createTables(clients.dynamoDb, tables);

  const failures: PricesFailure[] = [];
  const onFailure = (failure: PricesFailure) => failures.push(failure);
  const source = new Ec2SpotPrices(clients, clock, onFailure);
  const cachedFor = (provisionerId: string) => {
    const table = { client: clients.dynamoDb, stateTable: tables.stateTable, provisionerId };
    return new CachedPrices(source, table, clock, onFailure);
  };
  const worldOf = (region: string): Ec2World => {
    const world = worlds.get(region);
    if (world === undefined) throw new Error(`no world in ${region}`);
    return world;
  };
  return {
    clock,
    clients,
    dynamoDb,
    source,
    cached: cachedFor('acme'),
    cachedFor,
    failures,
    worldOf,
    stateTable: tables.stateTable,
    /** Calls of EC2's price history so far, in a region. */
    callsTo: (region: string) =>
      worldOf(region).requests.filter(({ action }) => action === 'DescribeSpotPriceHistory').length,
    /** EC2 in that region does not answer with prices any more. */
    breakRegion: (region: string) =>
      worldOf(region).addFault({ kind: 'error', action: 'DescribeSpotPriceHistory', code: 'UnauthorizedOperation' }),
  };
}
