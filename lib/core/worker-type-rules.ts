import type { LaunchSpecLayer } from './launch-spec-schema.ts';
import { mergeLayers } from './merge-layers.ts';
import { isReservedTagKey, MAX_DEFINITION_TAGS } from './tags.ts';

/** EC2 refuses a maximum price of USD 0.001 or less. */
export const MIN_MAX_PRICE_USD_PER_HOUR = 0.0011;
/** User data holds 16 KB in all; half is left to the provisioner's own settings and the installer. */
const MAX_USER_DATA_BYTES = 8192;
/** Keys that the metadata service cannot show: EC2 refuses the launch. */
const UNSHOWABLE_TAG_KEYS: ReadonlySet<string> = new Set(['.', '..', '_index']);

/** The fields of a definition that rules look at. */
interface Fields {
  readonly maxSpendUsdPerHour?: number | undefined;
  readonly market: {
    readonly onDemandBaseCapacity: number;
    readonly onDemandFallbackMinutes?: number | undefined;
    readonly onDemandPriceUsdPerHour?: number | undefined;
  };
  readonly launchSpec: LaunchSpecLayer;
  readonly regions: readonly {
    readonly region?: string | undefined;
    readonly launchSpec?: LaunchSpecLayer | undefined;
    readonly userData?: unknown;
    readonly zones: readonly {
      readonly subnetId: string;
      readonly availabilityZone?: string | undefined;
      readonly launchSpec?: LaunchSpecLayer | undefined;
      readonly userData?: unknown;
    }[];
  }[];
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly maxPriceUsdPerHour?: number | undefined;
  readonly instanceTypes: readonly {
    readonly instanceType: string;
    readonly capacity: number;
    readonly utility: number;
    readonly launchSpec?: LaunchSpecLayer | undefined;
    readonly userData?: unknown;
  }[];
  readonly userData: unknown;
  readonly tags: Readonly<Record<string, string>>;
  readonly idleTimeoutSeconds: number;
  readonly maxUptimeSeconds: number;
  readonly maxLifetimeSeconds: number;
}

interface RuleProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** A rule between fields that are each right by themselves. */
interface Rule {
  readonly fields: readonly (keyof Fields)[];
  readonly problems: (fields: Fields) => readonly RuleProblem[];
}

/** Every rule between the fields of a worker type. */
export const rules: readonly Rule[] = [
  {
    fields: ['minCapacity', 'maxCapacity'],
    problems: ({ minCapacity, maxCapacity }) =>
      when(
        minCapacity > maxCapacity,
        'minCapacity',
        `must be at most maxCapacity (${maxCapacity}), found ${minCapacity}`,
      ),
  },
  { fields: ['maxCapacity', 'instanceTypes'], problems: somethingFits },
  {
    fields: ['idleTimeoutSeconds', 'maxUptimeSeconds'],
    problems: ({ idleTimeoutSeconds: idle, maxUptimeSeconds: uptime }) =>
      when(idle > uptime, 'idleTimeoutSeconds', `must be at most maxUptimeSeconds (${uptime}), found ${idle}`),
  },
  {
    fields: ['maxUptimeSeconds', 'maxLifetimeSeconds'],
    problems: ({ maxUptimeSeconds: uptime, maxLifetimeSeconds: lifetime }) =>
      when(
        uptime >= lifetime,
        'maxLifetimeSeconds',
        `must be more than maxUptimeSeconds (${uptime}), so that a worker can leave by itself, found ${lifetime}`,
      ),
  },
  { fields: ['tags'], problems: tagsAreOurs },
  { fields: ['maxPriceUsdPerHour', 'instanceTypes'], problems: ceilingsAreHighEnough },
  {
    fields: ['maxSpendUsdPerHour', 'maxPriceUsdPerHour'],
    problems: ({ maxSpendUsdPerHour: spend, maxPriceUsdPerHour: price }) =>
      when(
        spend !== undefined && price === undefined,
        'maxSpendUsdPerHour',
        'needs maxPriceUsdPerHour: without a ceiling on prices the cost of a launch is not known before it',
      ),
  },
  { fields: ['maxSpendUsdPerHour', 'market'], problems: onDemandIsPriced },
  { fields: ['regions'], problems: zonesLieInTheirRegions },
  { fields: ['launchSpec', 'regions', 'instanceTypes'], problems: everyPoolIsComplete },
  { fields: ['userData', 'regions', 'instanceTypes'], problems: userDataFits },
];

const when = (isBroken: boolean, field: keyof Fields, message: string): RuleProblem[] =>
  isBroken ? [{ path: [field], message }] : [];

function somethingFits({ maxCapacity, instanceTypes }: Fields): RuleProblem[] {
  const smallest = Math.min(...instanceTypes.map(({ capacity }) => capacity));
  return when(
    maxCapacity > 0 && smallest > maxCapacity,
    'maxCapacity',
    `no instance type fits: the smallest has capacity ${smallest}, found ${maxCapacity} (0 launches nothing)`,
  );
}

function tagsAreOurs({ tags }: Fields): RuleProblem[] {
  const keys = Object.keys(tags);
  const about = (message: string) => (key: string) => ({ path: ['tags', key], message });
  return [
    ...keys.filter(isReservedTagKey).map(about("is AWS's or the provisioner's own")),
    ...keys
      .filter((key) => UNSHOWABLE_TAG_KEYS.has(key))
      .map(about('is a name that the instance metadata service cannot show')),
    ...when(
      keys.length > MAX_DEFINITION_TAGS,
      'tags',
      `at most ${MAX_DEFINITION_TAGS} tags beside the provisioner's own, found ${keys.length}`,
    ),
  ];
}

/** EC2 takes ceilings by unit of capacity: one that it finds too low fails the whole request. */
function ceilingsAreHighEnough({ maxPriceUsdPerHour, instanceTypes }: Fields): RuleProblem[] {
  if (maxPriceUsdPerHour === undefined) return [];
  return instanceTypes.flatMap(({ capacity, utility }, index) => {
    const perUnit = (maxPriceUsdPerHour * utility) / capacity;
    if (perUnit >= MIN_MAX_PRICE_USD_PER_HOUR) return [];
    const message = `maxPriceUsdPerHour x utility / capacity is ${perUnit.toPrecision(2)} USD, which EC2 refuses: at least ${MIN_MAX_PRICE_USD_PER_HOUR}`;
    return [{ path: ['instanceTypes', index, 'utility'], message }];
  });
}

/** On-demand prices are not looked up: only the definition can say what they count with. */
function onDemandIsPriced({ maxSpendUsdPerHour: spend, market }: Fields): RuleProblem[] {
  const usesOnDemand = market.onDemandBaseCapacity > 0 || market.onDemandFallbackMinutes !== undefined;
  if (spend === undefined || !usesOnDemand || market.onDemandPriceUsdPerHour !== undefined) return [];
  const message = `is missing: with maxSpendUsdPerHour (${spend}) and on-demand instances it has to be known what those cost`;
  return [{ path: ['market', 'onDemandPriceUsdPerHour'], message }];
}

/** A zone's name begins with its region's. */
function zonesLieInTheirRegions({ regions }: Fields): RuleProblem[] {
  return regions.flatMap(({ region, zones }, index) =>
    zones.flatMap(({ availabilityZone }, zoneIndex) => {
      if (region === undefined || availabilityZone === undefined || availabilityZone.slice(0, -1) === region) return [];
      const path = ['regions', index, 'zones', zoneIndex, 'availabilityZone'];
      return [{ path, message: `must lie in ${region}, found ${availabilityZone}` }];
    }),
  );
}

/** After the cascade each pool needs an image and security groups. Said once for each place that lacks one. */
function everyPoolIsComplete(fields: Fields): RuleProblem[] {
  return eachPool(fields, ({ region, zone, type }, path) => {
    const spec = mergeLayers(fields.launchSpec, region.launchSpec, zone.launchSpec, type.launchSpec);
    const lacks = (field: string, message: string) => ({ path: [...path, 'launchSpec', field], message });
    return [
      ...(spec['imageId'] === undefined
        ? [lacks('imageId', 'is missing: no layer of the cascade names an image')]
        : []),
      ...(spec['securityGroupIds'] === undefined
        ? [lacks('securityGroupIds', 'is missing: no layer of the cascade names a security group')]
        : []),
    ];
  });
}

function userDataFits(fields: Fields): RuleProblem[] {
  return eachPool(fields, ({ region, zone, type }, path) => {
    const merged = mergeLayers(fields.userData, region.userData, zone.userData, type.userData);
    const bytes = utf8Bytes(JSON.stringify(merged));
    const message = `at most ${MAX_USER_DATA_BYTES} bytes of JSON after the cascade, found ${bytes}`;
    return bytes > MAX_USER_DATA_BYTES ? [{ path: [...path, 'userData'], message }] : [];
  });
}

type PoolLayers = {
  readonly region: Fields['regions'][number];
  readonly zone: Fields['regions'][number]['zones'][number];
  readonly type: Fields['instanceTypes'][number];
};

/**
 * Problems of pools, told at the outermost layer that has them all: what is wrong everywhere is wrong at the top.
 */
function eachPool(
  fields: Fields,
  check: (layers: PoolLayers, path: readonly PropertyKey[]) => RuleProblem[],
): RuleProblem[] {
  const pools = fields.regions.flatMap((region, regionIndex) =>
    region.zones.flatMap((zone, zoneIndex) =>
      fields.instanceTypes.map((type, typeIndex) => ({
        layers: { region, zone, type },
        regionIndex,
        zoneIndex,
        typeIndex,
      })),
    ),
  );
  const [first] = pools;
  if (first !== undefined && pools.every(({ layers }) => check(layers, []).length > 0)) return check(first.layers, []);
  return pools.flatMap(({ layers, regionIndex, zoneIndex, typeIndex }) => {
    const found = check(layers, ['regions', regionIndex, 'zones', zoneIndex]);
    const type = fields.instanceTypes[typeIndex]?.instanceType;
    return found.map(({ path, message }) => ({ path, message: `${message} (for ${type})` }));
  });
}

/** Length in UTF-8, which is what EC2 counts. */
function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
