import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { parseWorkerType } from '../../lib/core/worker-type-schema.ts';
import { anOldWorkerType, aWorkerPool } from '../core/import/old-definitions.ts';
import { cliWorld } from './cli-world.ts';

const OLD = 'import taskcluster-aws-provisioner';
const POOLS = 'import taskcluster-worker-manager';
const PREFIX = '--queue-url-prefix https://sqs.us-east-1.amazonaws.com/123456789012/';
const folderOfFixtures = 'test/fixtures/taskcluster';
const noProvisioner = { env: {} };

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const documentsIn = (yaml: string) => parseAllDocuments(yaml).map((document) => document.toJS());

describe('provisioner import', () => {
  it('prints a definition that validate accepts, the report on standard error, and ends with 0', async () => {
    const { run } = cliWorld();
    const { exitCode, stdout, stderr } = await run(`${OLD} ${folderOfFixtures}/aws-provisioner-cascade.json ${PREFIX}`);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(parseWorkerType(documentsIn(stdout)[0])).toMatchObject({
      kind: 'valid',
      definition: { provisionerId: 'acme', workerType: 'gecko-t-linux-xlarge' },
    });
    expect(stderr).toContain('maxPrice -> maxPriceUsdPerHour');
    expect(stderr).toMatch(/approximated\n {4}regions: places were picked at random/);
    expect(stderr).toMatch(/dropped\n(.*\n)* {4}minPrice: /);
    const path = await file('definition.yaml', stdout);
    expect(await run(`worker-types validate ${path}`)).toMatchObject({ exitCode: 0 });
  });

  it('ends with 4 when something is needed, which validate then rejects by name', async () => {
    const { run } = cliWorld();
    const { exitCode, stdout, stderr } = await run(`${OLD} ${folderOfFixtures}/aws-provisioner-default-vpc.json`);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('error: 2 definitions imported; 11 fields needed');
    expect(stdout).toContain(
      '# Needed: regions[0].zones[0].subnetId: subnet in us-east-1 (--subnet us-east-1a=subnet-...)',
    );
    const path = await file('definition.yaml', stdout);
    const checked = await run(`worker-types validate ${path}`);
    expect(checked.exitCode).toBe(2);
    expect(checked.stderr).toContain('found "NEEDED: subnet in us-east-1');
  });

  it('takes what is needed from options', async () => {
    const { run } = cliWorld();
    const given = [
      ...['us-east-1a', 'us-west-1b'].map((zone, index) => `--subnet ${zone}=subnet-000${index}`),
      ...['docker-worker', 'ssh-from-office'].flatMap((name, index) =>
        ['us-east-1', 'us-west-1'].map((region) => `--security-group ${region}/${name}=sg-000${index}`),
      ),
      '--account 123456789012',
      PREFIX,
    ].join(' ');
    const { exitCode, stdout } = await run(`${OLD} ${folderOfFixtures}/aws-provisioner-default-vpc.json ${given}`);
    expect(exitCode).toBe(0);
    expect(documentsIn(stdout).map((document) => parseWorkerType(document).kind)).toEqual(['valid', 'valid']);
  });

  it('writes one file for each worker type, in the folder of its provisioner', async () => {
    const { run } = cliWorld();
    const line = `${POOLS} ${folderOfFixtures}/worker-manager-pools.json --out ${folder}/out ${PREFIX}`;
    const { exitCode, stdout } = await run(line, noProvisioner);
    expect(exitCode).toBe(4);
    expect((await readdir(`${folder}/out`, { recursive: true })).sort()).toEqual([
      'image-builder.yaml',
      'proj-example',
      'proj-example/ci.yaml',
    ]);
    expect(stdout).toBe(`wrote ${folder}/out/proj-example/ci.yaml\nwrote ${folder}/out/image-builder.yaml\n`);
    const text = await readFile(`${folder}/out/proj-example/ci.yaml`, 'utf8');
    expect(text).toContain('# Imported from worker-manager-pools.json (taskcluster-worker-manager).');
    expect(parseWorkerType(documentsIn(text)[0])).toMatchObject({ kind: 'valid' });
  });

  it('writes the same again, and never over something else', async () => {
    const { run } = cliWorld();
    const line = `${OLD} ${await file('ci.json', anOldWorkerType())} --queue-url https://sqs/q --out ${folder}/out`;
    expect(await run(line)).toMatchObject({ exitCode: 0 });
    expect(await run(line)).toMatchObject({ exitCode: 0 });
    await writeFile(`${folder}/out/acme/ci.yaml`, 'mine');
    const { exitCode, stderr } = await run(line);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('holds something else already: it was not overwritten');
    expect(await readFile(`${folder}/out/acme/ci.yaml`, 'utf8')).toBe('mine');
  });

  it('prints definitions, reports and problems as JSON', async () => {
    const { json } = cliWorld();
    const path = await file('all.json', [anOldWorkerType(), anOldWorkerType({ maxCapacity: 'many' })]);
    const { exitCode, data, error } = await json(`${OLD} ${path} --queue-url https://sqs/q`);
    expect(exitCode).toBe(4);
    expect(data.definitions).toMatchObject([
      {
        file: path,
        workerType: 'ci',
        document: { maxCapacity: 10 },
        report: { needed: [], dropped: expect.any(Array) },
      },
    ]);
    expect(data.problems).toMatchObject([{ file: path, path: '[1].maxCapacity' }]);
    expect(error).toMatchObject({ kind: 'partly-failed', exitCode: 4 });
  });

  it('goes on after a definition that cannot be read, and names file and field of each problem', async () => {
    const { run } = cliWorld();
    const bad = await file('bad.json', anOldWorkerType({ regions: [{ launchSpec: {} }] }));
    const junk = await file('junk.json', '{"workerType": ');
    const good = await file('named-by-file.json', anOldWorkerType({ workerType: undefined }));
    const { exitCode, stdout, stderr } = await run(`${OLD} ${bad} ${junk} ${good} ${PREFIX}`);
    expect(exitCode).toBe(4);
    expect(documentsIn(stdout)).toMatchObject([{ workerType: 'named-by-file' }]);
    expect(stderr).toContain(`${bad}:1: regions[0].region: is missing`);
    expect(stderr).toMatch(new RegExp(`${junk}:1: is no JSON`));
  });

  it('reads standard input', async () => {
    const { run } = cliWorld();
    const { exitCode, stdout } = await run(`${POOLS} - --queue-url https://sqs/q`, {
      stdin: JSON.stringify(aWorkerPool()),
      ...noProvisioner,
    });
    expect(exitCode).toBe(0);
    expect(documentsIn(stdout)).toMatchObject([{ provisionerId: 'proj', workerType: 'ci' }]);
  });

  it.each`
    fact                                   | rest                                                                                       | cause
    ${'a format that it does not know'}    | ${'import taskcluster-azure x.json'}                                                       | ${'Allowed choices are taskcluster-aws-provisioner'}
    ${'a queue URL and a prefix at once'}  | ${`${OLD} x.json --queue-url a --queue-url-prefix b`}                                      | ${'cannot be used with'}
    ${'a subnet without a zone'}           | ${`${OLD} x.json --subnet subnet-1`}                                                       | ${'--subnet'}
    ${'an account that is none'}           | ${`${OLD} x.json --account 12`}                                                            | ${'twelve digits'}
    ${'one queue for several definitions'} | ${`${OLD} ${folderOfFixtures}/aws-provisioner-default-vpc.json --queue-url https://sqs/q`} | ${'two worker types cannot share a queue'}
    ${'a file that is not there'}          | ${`${OLD} /no/such/file.json`}                                                             | ${'cannot be read'}
  `('refuses $fact with exit code 2', async ({ rest, cause }) => {
    const { exitCode, stdout, stderr } = await cliWorld().run(rest);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(cause);
  });

  it('refuses a second definition of the same name', async () => {
    const path = await file('all.json', [anOldWorkerType(), anOldWorkerType()]);
    const { exitCode, stderr } = await cliWorld().run(`${OLD} ${path} ${PREFIX}`);
    expect(exitCode).toBe(4);
    expect(stderr).toContain(`[1].workerType: ci is also in ${path}`);
  });
});
