import { describe, expect, it } from 'vitest';
import type { ProvisionerPorts } from '../../lib/aws/provisioner-ports.ts';
import type { LaunchRecord } from '../../lib/control/ports.ts';
import { FIRST_SHARD, type Lease } from '../../lib/control/shards.ts';
import { useAwsWorld } from '../support/aws-world.ts';
import { aDefinition, anOrder, NOW } from '../support/builders.ts';

const lease: Lease = { shard: FIRST_SHARD, range: {}, inherited: [], holder: 'me', fence: 1, until: NOW };
const otherShard = { shard: 'other', range: { from: 'm' }, inherited: [] };
const definition = aDefinition();
const record: LaunchRecord = {
  order: anOrder({ launchId: 'l', definition }),
  shard: FIRST_SHARD,
  openedAt: NOW,
  state: 'open',
  workers: [],
  refusals: [],
};
const status = { workerType: 'build', state: 'ok', changedAt: NOW, decision: '' } as const;
const tick = {
  startedAt: NOW,
  finishedAt: NOW,
  holder: '',
  workerTypes: 0,
  invalid: 0,
  launchedCapacity: 0,
  failures: [],
};
const reap = { startedAt: NOW, finishedAt: NOW, seen: 0, reaped: [], unknown: [], failures: [] };

const CALLS: readonly (readonly [string, string, (ports: ProvisionerPorts) => Promise<unknown>])[] = [
  ['workerTypes.list', 'Query', ({ workerTypes }) => workerTypes.list()],
  ['workerTypes.get', 'GetItem', ({ workerTypes }) => workerTypes.get('build')],
  ['workerTypes.save', 'PutItem', ({ workerTypes }) => workerTypes.save(definition, undefined)],
  ['workerTypes.remove', 'DeleteItem', ({ workerTypes }) => workerTypes.remove('build', 1)],
  ['leases.acquire', 'TransactWriteItems', ({ leases }) => leases.acquire('me', 1_000)],
  ['leases.acquire', 'UpdateItem', ({ leases }) => leases.acquire('me', 1_000)],
  ['leases.renew', 'UpdateItem', ({ leases }) => leases.renew(lease, 1_000)],
  ['leases.release', 'UpdateItem', ({ leases }) => leases.release(lease)],
  ['leases.shards', 'Query', ({ leases }) => leases.shards()],
  ['leases.split', 'TransactWriteItems', ({ leases }) => leases.split(lease, ['m'], NOW)],
  ['leases.merge', 'TransactWriteItems', ({ leases }) => leases.merge(lease, otherShard, NOW)],
  ['ledger.recent', 'Query', ({ ledger }) => ledger.recent(NOW)],
  ['ledger.open', 'TransactWriteItems', ({ ledger }) => ledger.open(record, lease)],
  ['ledger.settle', 'PutItem', ({ ledger }) => ledger.settle(record)],
  ['board.load', 'Query', ({ board }) => board.load()],
  ['board.loadWorkerTypes', 'Query', ({ board }) => board.loadWorkerTypes({ from: 'm' })],
  ['board.saveWorkerTypes', 'PutItem', ({ board }) => board.saveWorkerTypes([status])],
  ['board.removeWorkerTypes', 'DeleteItem', ({ board }) => board.removeWorkerTypes(['build'])],
  ['board.saveTick', 'PutItem', ({ board }) => board.saveTick(tick, FIRST_SHARD)],
  ['board.saveReap', 'PutItem', ({ board }) => board.saveReap(reap)],
];

describe('while DynamoDB does not answer', () => {
  it.each(CALLS)('%s throws: no answer is not an empty answer', async (_call, action, call) => {
    const { ports, dynamoDb } = await useAwsWorld();
    dynamoDb.setFault({ action, code: 'InternalServerError', status: 500 });
    await expect(call(ports)).rejects.toThrow('InternalServerError');
  });

  it.each(CALLS)('%s tries once more by itself', async (_call, action, call) => {
    const { ports, dynamoDb } = await useAwsWorld();
    dynamoDb.setFault({ action, code: 'InternalServerError', status: 500, times: 1 });
    await expect(call(ports)).resolves.not.toThrow();
  });
});

describe('a transaction that DynamoDB cancels', () => {
  it.each([
    ['a conflict with another one', [{ Code: 'TransactionConflict' }, { Code: 'None' }]],
    ['throttling', [{ Code: 'None' }, { Code: 'ThrottlingError' }]],
  ])('for %s is an error and no lost lease', async (_why, reasons) => {
    const { ports, dynamoDb } = await useAwsWorld();
    dynamoDb.setFault({
      action: 'TransactWriteItems',
      code: 'TransactionCanceledException',
      status: 400,
      details: { CancellationReasons: reasons },
    });
    await expect(ports.ledger.open(record, lease)).rejects.toThrow();
  });
});
