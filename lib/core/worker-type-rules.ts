import { isReservedTagKey, MAX_DEFINITION_TAGS } from './tags.ts';

/** EC2 refuses a maximum price of USD 0.001 or less. */
export const MIN_MAX_PRICE_USD_PER_HOUR = 0.0011;
/** User data holds 16 KB in all; half is left to the provisioner's own settings and the installer. */
const MAX_USER_DATA_BYTES = 8192;
/** Keys that the metadata service cannot show: EC2 refuses the launch. */
const UNSHOWABLE_TAG_KEYS: ReadonlySet<string> = new Set(['.', '..', '_index']);

/** The fields of a definition that rules look at. */
interface Fields {
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly maxPriceUsdPerHour?: number | undefined;
  readonly instanceTypes: readonly { readonly capacity: number; readonly utility: number }[];
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
    fields: ['userData'],
    problems: ({ userData }) => {
      const bytes = utf8Bytes(JSON.stringify(userData));
      return when(
        bytes > MAX_USER_DATA_BYTES,
        'userData',
        `at most ${MAX_USER_DATA_BYTES} bytes of JSON, found ${bytes}`,
      );
    },
  },
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

/** Length in UTF-8, which is what EC2 counts. */
function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
