import { definitionKey } from './definition-key.ts';
import { isLasting, type Refusal } from './refusal.ts';
import type { EpochMillis } from './units.ts';
import { secondsAfter } from './units.ts';
import type { WorkerType } from './worker-type-schema.ts';

export type Market = 'spot' | 'on-demand';

/**
 * Pools that are not tried before an instant. What is dry for one worker type is dry for the others; what EC2 has
 * against a definition is nothing against its pools.
 */
export interface Cooldown {
  readonly region: string;
  readonly market: Market;
  /** Absent: every subnet of the region. */
  readonly subnetId?: string;
  /** Absent: every instance type. */
  readonly instanceType?: string;
  readonly since: EpochMillis;
  readonly until: EpochMillis;
  /** EC2's code. */
  readonly code: string;
  /** Set where the refusal ends only when somebody mends something (see isLasting): the pool is asked again, in hope. */
  readonly isLasting?: boolean;
  /** The one definition that it holds for (see definitionKey); absent: all worker types. */
  readonly definitionKey?: string;
}

/** What an order says of where it goes and on whose behalf. */
interface Ordered {
  readonly region: string;
  readonly market: Market;
  readonly pools: readonly { readonly subnetId: string; readonly instanceType: string }[];
  readonly definition: WorkerType;
}

/** Codes that tell of the pool itself, whoever asks. The other ones may be the image's, the price ceiling's or our rights'. */
const POOL_CODES: ReadonlySet<string> = new Set([
  'InsufficientInstanceCapacity',
  'InsufficientCapacity',
  'UnfulfillableCapacity',
  'InsufficientHostCapacity',
  'InsufficientCapacityOnHost',
  'ReservationCapacityExceeded',
  'InsufficientFreeAddressesInSubnet',
]);

/**
 * Limits that a definition meets alone, although they are the account's: it needs another launch template. Definitions
 * whose templates are there go on.
 */
const OWN_LIMITS: ReadonlySet<string> = new Set(['LaunchTemplateLimitExceeded']);

/** Karpenter remembers a dry pool for three minutes. */
const DRY_SECONDS = 180;
/** What a zone does not offer today, a definition has wrong or we may not do will not be otherwise in three minutes. */
const UNSUPPORTED_SECONDS = 3600;
/**
 * A quota is the account's: until somebody raises it, each call is lost for all types. Most are counted by family of
 * instance types, so it holds for the instance types that EC2 names, in every subnet; for all of them where it names none.
 */
const QUOTA_SECONDS = 300;
/** A code that we do not know may mean anything. */
const UNKNOWN_SECONDS = 300;

/**
 * What an order's refusals teach. A refusal of the whole call is one of every pool that it named, and says nothing of the
 * others: they may be too large for now, of last resort, or beyond what one request takes.
 */
export function cooldownsAfter(order: Ordered, refusals: readonly Refusal[], now: EpochMillis): Cooldown[] {
  const { region, market } = order;
  return refusals.flatMap((refusal): Cooldown[] => {
    const { code, pools } = refusal;
    const seconds = secondsFor(refusal);
    if (seconds === undefined) return [];
    const until = secondsAfter(now, seconds);
    const base = { region, market, since: now, until, code, ...(isLasting(refusal) ? { isLasting: true } : {}) };
    const isOfAll = refusal.class === 'quota' && !OWN_LIMITS.has(code);
    if (isOfAll) return quotaScopes(pools).map((scope) => ({ ...base, ...scope }));
    const isShared = POOL_CODES.has(code);
    const scoped = isShared ? base : { ...base, definitionKey: definitionKey(order.definition) };
    if (pools === undefined) {
      return order.pools.map(({ subnetId, instanceType }) => ({ ...scoped, subnetId, instanceType }));
    }
    return pools.map((pool) => {
      const [subnetId = '', instanceType = ''] = pool.split('/');
      // A subnet without addresses has none for any type.
      return code === 'InsufficientFreeAddressesInSubnet'
        ? { ...scoped, subnetId }
        : { ...scoped, subnetId, instanceType };
    });
  });
}

const quotaScopes = (pools: readonly string[] | undefined): { readonly instanceType?: string }[] =>
  pools === undefined
    ? [{}]
    : [...new Set(pools.map((pool) => pool.split('/')[1] ?? ''))].map((instanceType) => ({ instanceType }));

/** Undefined: a throttle, which is no pool's. */
function secondsFor(refusal: Refusal): number | undefined {
  const { class: kind, code } = refusal;
  if (isLasting(refusal) || code === 'Unsupported') return UNSUPPORTED_SECONDS;
  if (kind === 'no-capacity') return DRY_SECONDS;
  if (kind === 'quota') return QUOTA_SECONDS;
  return kind === 'throttled' ? undefined : UNKNOWN_SECONDS;
}

/** The cooldowns that bind a definition: those of all worker types, and its own while it stays as it was refused. */
export function cooldownsFor(definition: WorkerType, cooldowns: readonly Cooldown[]): Cooldown[] {
  if (cooldowns.every(({ definitionKey: key }) => key === undefined)) return [...cooldowns];
  const own = definitionKey(definition);
  return cooldowns.filter(({ definitionKey: key }) => key === undefined || key === own);
}

/** The cooldown that keeps a pool from being tried now, the longest where there are several. */
export function cooldownOf(
  pool: { readonly region: string; readonly subnetId: string; readonly instanceType: string },
  market: Market,
  cooldowns: readonly Cooldown[],
  now: EpochMillis,
): Cooldown | undefined {
  return cooldowns
    .filter((cooldown) => cooldown.region === pool.region && cooldown.market === market && cooldown.until > now)
    .filter(
      ({ subnetId, instanceType }) =>
        (subnetId ?? pool.subnetId) === pool.subnetId && (instanceType ?? pool.instanceType) === pool.instanceType,
    )
    .reduce<Cooldown | undefined>(
      (longest, next) => (longest === undefined || next.until > longest.until ? next : longest),
      undefined,
    );
}

/** Of several cooldowns for the same pools the last one. */
export const lastOfEachPool = (cooldowns: readonly Cooldown[]): Cooldown[] => [
  ...new Map(cooldowns.map((cooldown) => [cooldownKey(cooldown), cooldown])).values(),
];

/** The same for cooldowns of the same pools for the same definitions: the newer one replaces the older. */
export const cooldownKey = ({ region, market, subnetId, instanceType, definitionKey: key }: Cooldown): string =>
  [region, market, subnetId ?? '*', instanceType ?? '*', key ?? '*'].join('/');
