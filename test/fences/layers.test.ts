import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlantedCopy, plantedCopy } from './planted-copy.ts';

interface Violation {
  readonly rule: string;
  readonly from: string;
}

/** A file that imports another. */
const importing = (target: string) => `import * as found from '${target}';\nexport const kept = found;\n`;

/** What must not stand: the rule that says so, the file, and its source. */
const plants: readonly (readonly [rule: string, file: string, source: string])[] = [
  ['no-cycles', 'lib/aws/plant-egg.ts', importing('./plant-hen.ts')],
  ['core-is-pure', 'lib/core/plant-node.ts', importing('node:fs')],
  ['core-is-pure', 'lib/core/plant-sdk.ts', importing('@aws-sdk/client-ec2')],
  ['core-is-pure', 'lib/core/plant-zod.ts', importing('zod')],
  ['core-is-pure', 'lib/core/plant-up.ts', importing('../control/ports.ts')],
  ['core-schemas-use-zod-only', 'lib/core/plant-node-schema.ts', importing('node:fs')],
  ['core-schemas-use-zod-only', 'lib/core/plant-npm-schema.ts', importing('p-map')],
  ['core-schemas-use-zod-only', 'lib/core/plant-up-schema.ts', importing('../control/ports.ts')],
  ['control-imports', 'lib/control/plant-aws.ts', importing('../aws/clients.ts')],
  ['control-imports', 'lib/control/plant-memory.ts', importing('../memory/memory-clock.ts')],
  ['aws-imports', 'lib/aws/plant-memory.ts', importing('../memory/memory-clock.ts')],
  ['aws-imports', 'lib/aws/plant-local.ts', importing('../local/connection.ts')],
  ['memory-imports', 'lib/memory/plant-aws.ts', importing('../aws/clients.ts')],
  ['infra-imports', 'lib/infra/plant-loop.ts', importing('../control/provision.ts')],
  ['infra-imports', 'lib/infra/plant-aws.ts', importing('../aws/clients.ts')],
  ['local-imports', 'lib/local/plant-cli.ts', importing('../cli/program.ts')],
  ['local-imports', 'lib/local/plant-memory.ts', importing('../memory/memory-clock.ts')],
  ['local-imports', 'lib/local/plant-handler.ts', importing('../../lambdas/reap.ts')],
  ['cli-imports', 'lib/cli/plant-local.ts', importing('../local/local-mode.ts')],
  ['cli-imports', 'lib/cli/plant-infra.ts', importing('../infra/settings.ts')],
  ['cli-imports', 'lib/cli/plant-script.ts', importing('../../scripts/build.ts')],
  ['lambdas-imports', 'lambdas/plant-local.ts', importing('../lib/local/connection.ts')],
  ['lambdas-imports', 'lambdas/plant-memory.ts', importing('../lib/memory/memory-clock.ts')],
  ['worker-imports', 'worker/plant-control.ts', importing('../lib/control/ports.ts')],
  ['worker-imports', 'worker/plant-aws.ts', importing('../lib/aws/clients.ts')],
  ['bin-imports', 'bin/plant-handler.ts', importing('../lambdas/reap.ts')],
  ['bin-imports', 'bin/plant-worker.ts', importing('../worker/main.ts')],
  ['bin-imports', 'bin/plant-test.ts', importing('../test/plant.ts')],
  ['scripts-imports', 'scripts/plant-bin.ts', importing('../bin/app.ts')],
  ['scripts-imports', 'scripts/plant-bench.ts', importing('../bench/plant.ts')],
  ['control-asks-ports', 'lib/control/plant-node.ts', importing('node:crypto')],
  ['sdk-only-in-lib-aws', 'lib/control/plant-sdk.ts', importing('@aws-sdk/client-sqs')],
  ['sdk-only-in-lib-aws', 'lib/local/plant-sdk.ts', importing('@aws-sdk/client-ec2')],
  ['sdk-only-in-lib-aws', 'lib/cli/plant-smithy.ts', importing('@smithy/core')],
  ['sdk-only-in-lib-aws', 'lambdas/plant-sdk.ts', importing('@aws-sdk/client-dynamodb')],
  ['sdk-only-in-lib-aws', 'worker/plant-sdk.ts', importing('@aws-sdk/client-sqs')],
  ['sdk-only-in-lib-aws', 'bin/plant-sdk.ts', importing('@aws-sdk/client-sqs')],
  ['cdk-only-in-infra', 'lib/cli/plant-cdk.ts', importing('aws-cdk-lib')],
  ['cdk-only-in-infra', 'bin/plant-constructs.ts', importing('constructs')],
  ['entry-points-stand-alone', 'lambdas/plant-handler.ts', importing('./reap.ts')],
  ['entry-points-stand-alone', 'lambdas/below/plant-handler.ts', importing('../reap.ts')],
  ['entry-points-stand-alone', 'bin/plant-entry.ts', importing('./app.ts')],
  ['no-orphans', 'lib/cli/plant-orphan.ts', 'export const alone = 1;\n'],
  // However it is imported:
  ['control-imports', 'lib/control/plant-type.ts', "export type { AwsClients } from '../aws/clients.ts';\n"],
  ['control-imports', 'lib/control/plant-type-of.ts', "export type Found = import('../aws/clients.ts').AwsClients;\n"],
  ['control-imports', 'lib/control/plant-again.ts', "export * from '../aws/clients.ts';\n"],
  ['control-imports', 'lib/control/plant-late.ts', "export const late = () => import('../aws/clients.ts');\n"],
  [
    'control-imports',
    'lib/control/plant-require.ts',
    "declare const require: (path: string) => unknown;\nexport const found = require('../aws/clients.ts');\n",
  ],
];

/** What may stand beside the rules above. */
const allowed: readonly (readonly [file: string, source: string])[] = [
  // A cycle is reported once, at one of its files.
  ['lib/aws/plant-hen.ts', importing('./plant-egg.ts')],
  ['lib/core/plant-good-schema.ts', importing('zod')],
  ['lib/aws/plant-good.ts', importing('@aws-sdk/client-sqs')],
  ['lib/local/ec2/plant-good.ts', importing('@aws-sdk/client-ec2')],
  ['lib/cli/plant-good.ts', importing('../local/connection.ts')],
  ['worker/plant-good.ts', importing('../lib/core/tags.ts')],
  ['test/plant.ts', importing('../lambdas/reap.ts')],
  ['bench/plant.ts', importing('../worker/main.ts')],
];

const sourceFolders = ['bin', 'lambdas', 'lib', 'scripts', 'worker'];
const config = createRequire(import.meta.url)(resolve('.dependency-cruiser.cjs')) as { forbidden: { name: string }[] };

describe('the import rules', () => {
  let copy: PlantedCopy | undefined;
  let modules = 0;
  let violations: readonly Violation[] = [];
  beforeAll(() => {
    const planted = [...plants.map(([, file, source]) => [file, source] as const), ...allowed];
    copy = plantedCopy(sourceFolders, new Map(planted));
    const report = JSON.parse(copy.run('depcruise', '--output-type', 'json', ...sourceFolders, 'test', 'bench'));
    modules = report.summary.totalCruised;
    violations = report.summary.violations.map((found: { rule: { name: string }; from: string }) => ({
      rule: found.rule.name,
      from: found.from,
    }));
  });
  afterAll(() => copy?.remove());

  it('see every module, and break nowhere but in what was planted', () => {
    // A dependency-cruiser that does not understand the compiler finds nothing, and nothing wrong.
    expect(modules).toBeGreaterThan(100);
    const wrong = new Set(plants.map(([, file]) => file));
    expect(violations.filter(({ from }) => !wrong.has(from))).toEqual([]);
  });

  it.each(plants)('%s catches %s', (rule, from) => {
    expect(violations).toContainEqual({ rule, from });
  });

  it('are each proven by a planted file', () => {
    expect([...new Set(plants.map(([rule]) => rule))].sort()).toEqual(config.forbidden.map(({ name }) => name).sort());
  });

  it('hold every folder: there is no code outside a layer and no layer without a rule', () => {
    const rules = config.forbidden.map(({ name }) => name);
    const entries = readdirSync('lib', { withFileTypes: true });
    const isFenced = ({ name }: { name: string }) => rules.includes(`${name}-imports`) || name === 'core';
    expect(entries.filter((entry) => !entry.isDirectory() || !isFenced(entry))).toEqual([]);
  });

  it.each(['package.json', 'scripts/check.ts'])('are applied to every source folder by %s', (file) => {
    const [, parameters = ''] = /depcruise(?: |',\s*parameters: \[)([^"\]]+)/.exec(readFileSync(file, 'utf8')) ?? [];
    expect(parameters.match(/[a-z]+/g)).toEqual(expect.arrayContaining(sourceFolders));
  });
});
