/** What the local world knows about an instance type. Prices are us-east-1 Linux list prices of 2025, spot ones plausible samples. */
export interface LocalInstanceType {
  readonly instanceType: string;
  readonly architecture: 'arm64' | 'x86_64';
  readonly vCpus: number;
  readonly memoryMib: number;
  readonly onDemandUsdPerHour: number;
  readonly spotUsdPerHour: number;
  /** Zone letters in which the type is offered. */
  readonly zoneLetters: readonly string[];
  readonly burstable: boolean;
  readonly gpus: number;
}

type Row = readonly [
  type: string,
  architecture: 'arm' | 'x86',
  vCpus: number,
  gib: number,
  onDemand: number,
  spot: number,
];

const rows: readonly Row[] = [
  ['c7g.medium', 'arm', 1, 2, 0.0363, 0.0145],
  ['c7g.large', 'arm', 2, 4, 0.0725, 0.0291],
  ['c7g.xlarge', 'arm', 4, 8, 0.145, 0.0588],
  ['c7g.2xlarge', 'arm', 8, 16, 0.29, 0.1204],
  ['c7g.4xlarge', 'arm', 16, 32, 0.58, 0.2489],
  ['m7g.medium', 'arm', 1, 4, 0.0408, 0.0171],
  ['m7g.large', 'arm', 2, 8, 0.0816, 0.0338],
  ['m7g.xlarge', 'arm', 4, 16, 0.1632, 0.0667],
  ['m7g.2xlarge', 'arm', 8, 32, 0.3264, 0.1371],
  ['r7g.large', 'arm', 2, 16, 0.1071, 0.0412],
  ['r7g.xlarge', 'arm', 4, 32, 0.2142, 0.0835],
  ['t4g.medium', 'arm', 2, 4, 0.0336, 0.0131],
  ['t4g.large', 'arm', 2, 8, 0.0672, 0.0262],
  ['c7i.large', 'x86', 2, 4, 0.0893, 0.0391],
  ['c7i.xlarge', 'x86', 4, 8, 0.1785, 0.0774],
  ['c7i.2xlarge', 'x86', 8, 16, 0.357, 0.1562],
  ['m7i.large', 'x86', 2, 8, 0.1008, 0.0429],
  ['m7i.xlarge', 'x86', 4, 16, 0.2016, 0.0861],
  ['c6a.large', 'x86', 2, 4, 0.0765, 0.0321],
  ['c6a.xlarge', 'x86', 4, 8, 0.153, 0.0635],
  ['c6a.2xlarge', 'x86', 8, 16, 0.306, 0.1287],
  ['t3.medium', 'x86', 2, 4, 0.0416, 0.0152],
  ['t3.large', 'x86', 2, 8, 0.0832, 0.0309],
  ['g5.xlarge', 'x86', 4, 16, 1.006, 0.4527],
];

/** Types of accelerated families are offered in fewer zones, as in EC2. */
const everyZone = ['a', 'b', 'c'];
const acceleratedZones = ['a', 'b'];

/** The instance types that exist locally. */
export const localInstanceTypes: readonly LocalInstanceType[] = rows.map(
  ([instanceType, architecture, vCpus, gib, onDemandUsdPerHour, spotUsdPerHour]) => ({
    instanceType,
    architecture: architecture === 'arm' ? 'arm64' : 'x86_64',
    vCpus,
    memoryMib: gib * 1024,
    onDemandUsdPerHour,
    spotUsdPerHour,
    zoneLetters: instanceType.startsWith('g') ? acceleratedZones : everyZone,
    burstable: instanceType.startsWith('t'),
    gpus: instanceType.startsWith('g') ? 1 : 0,
  }),
);

const byName = new Map(localInstanceTypes.map((type) => [type.instanceType, type]));

/** The instance type of that name, or undefined. */
export function findInstanceType(instanceType: string): LocalInstanceType | undefined {
  return byName.get(instanceType);
}
