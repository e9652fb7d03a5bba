import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { expect, it, onTestFinished } from 'vitest';
import { eventually, LocalRun } from './local-run.ts';

it('an edit of the table by hand becomes a version and is checked, within seconds', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'history-'));
  const run = new LocalRun(folder, { provisionEverySeconds: 60 });
  onTestFinished(async () => {
    await run.close();
    await rm(folder, { recursive: true });
  });
  await run.start();
  const { ports, clients, connection } = run.local;
  await run.define('edited', {});
  const stored = await ports.workerTypes.get('edited');
  const image = marshall({ ...stored?.document, description: 'by hand' }, { removeUndefinedValues: true });
  await clients.dynamoDb.send(new PutItemCommand({ TableName: connection.workerTypesTable, Item: image }));

  const versions = await eventually(async () => {
    const kept = await ports.history.list('edited');
    return kept.length === 2 && kept;
  });
  expect(versions).toMatchObject([
    { version: 1, statedVersion: 1, source: 'table', changes: expect.any(Array) },
    { version: 2, statedVersion: 1, source: 'table', changes: [{ path: 'description', after: 'by hand' }] },
  ]);
  const report = await eventually(async () =>
    (await ports.checkBoard.load()).find(({ workerType }) => workerType === 'edited'),
  );
  expect(report.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
});
