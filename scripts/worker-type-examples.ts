import { Document, parse, visit } from 'yaml';
import { launchPools, poolName } from '../lib/core/launch-cascade.ts';
import { migrateWorkerType } from '../lib/core/worker-type-migrations.ts';
import { parseWorkerType } from '../lib/core/worker-type-schema.ts';

/** Each layer says something of its own; between them they show every rule of merging. */
const CASCADE = `provisionerId: main
workerType: render
queueUrls: [https://sqs.eu-central-1.amazonaws.com/123456789012/main-render]
maxCapacity: 40
launchSpec:                        # global: for every pool, unless a layer below says otherwise
  imageId: ami-0000000000000eu01
  securityGroupIds: [sg-00000000000000eu1, sg-00000000000000eu2]
  keyName: ops
  rootVolume: { sizeGiB: 30, throughputMiBps: 250 }
userData: { cache: { bucket: eu-cache, maxGiB: 20 } }
regions:
  - region: eu-central-1           # says nothing: takes the global layer
    zones:
      - { subnetId: subnet-0000000000000eu1a, availabilityZone: eu-central-1a }
  - region: us-east-1
    launchSpec:                    # region: images and security groups exist in one region only
      imageId: ami-0000000000000us01
      securityGroupIds: [sg-00000000000000us1]    # a list is replaced, not joined
      keyName: null                               # deletes what the global layer said
    userData: { cache: { bucket: us-cache } }     # merged: maxGiB stays
    zones:
      - subnetId: subnet-0000000000000us1b
        availabilityZone: us-east-1b
        launchSpec: { rootVolume: { sizeGiB: 60 } }    # zone: merged into rootVolume, too
instanceTypes:
  - instanceType: c7g.large
  - instanceType: c7gd.large
    capacity: 2
    launchSpec: { rootVolume: null }                   # instance type: it has a disk of its own
    userData: { scratch: /dev/nvme1n1 }
`;

const VERSION_1 = `provisionerId: main
workerType: build
queueUrl: https://sqs.us-east-1.amazonaws.com/123456789012/main-build
maxCapacity: 20
instanceTypes: [{ instanceType: c7g.large }]
imageId: ami-0123456789abcdef0
subnetIds: [subnet-0123456789abcdef0, subnet-0123456789abcdef1]
securityGroupIds: [sg-0123456789abcdef0]
`;

const MAX_FLOW_CHARS = 80;

/** A worked example of the cascade, and what each of its pools comes to. */
export function cascadeExample(): { readonly document: string; readonly result: string } {
  const parsed = parseWorkerType(parse(CASCADE));
  if (parsed.kind === 'invalid') throw new Error(`the example is invalid: ${JSON.stringify(parsed.problems)}`);
  const pools = launchPools(parsed.definition, 'eu-central-1');
  const merged = Object.fromEntries(
    pools.map((pool) => [poolName(pool), { launchSpec: pool.launchSpec, userData: pool.userData }]),
  );
  return { document: CASCADE, result: yaml(merged) };
}

/** A document of format version 1, and the same in the present format. */
export const migrationExample = (): { readonly before: string; readonly after: string } => ({
  before: VERSION_1,
  after: yaml(migrateWorkerType(parse(VERSION_1))),
});

/** YAML as people write it: what is short stands in one line. */
function yaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Collection: (_key, node) => {
      node.flow = JSON.stringify(node.toJSON()).length <= MAX_FLOW_CHARS;
    },
  });
  return document.toString({ lineWidth: 0 });
}
