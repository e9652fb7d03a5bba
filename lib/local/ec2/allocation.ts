import type { Headroom, Placement, Room } from './capacity-pools.ts';

/** One way a fleet may launch instances. */
export interface Offer extends Placement {
  /** Which of the request's overrides it comes from. */
  readonly optionIndex: number;
  /** Units one instance counts for. */
  readonly weight: number;
  readonly priceUsdPerHour: number;
  /** Lower comes first; Infinity when none was given. */
  readonly priority: number;
}

/** What to launch, and which offers gave less than was wanted of them. */
export interface Allocation<Chosen extends Offer> {
  readonly launches: readonly { readonly offer: Chosen; readonly count: number }[];
  readonly shortages: readonly { readonly offer: Chosen; readonly code: string; readonly message: string }[];
  /** Units the launches count for; less than the target when the offers ran out. */
  readonly units: number;
}

/** EC2's ways of choosing among offers, spot and on-demand. */
export type AllocationStrategy =
  | 'lowest-price'
  | 'diversified'
  | 'capacity-optimized'
  | 'capacity-optimized-prioritized'
  | 'price-capacity-optimized'
  | 'prioritized';

/**
 * Fills `targetUnits` from the offers in the order of the strategy. Instances are whole, so the last one may overshoot
 * by less than its weight. Takes the room it plans with from `headroom`.
 */
export function allocate<Chosen extends Offer>(
  offers: readonly Chosen[],
  strategy: AllocationStrategy,
  targetUnits: number,
  headroom: Headroom,
): Allocation<Chosen> {
  const counts = new Map<Chosen, number>();
  const shortages = new Map<Chosen, Room>();
  let units = 0;
  /** Takes at most `wanted` instances of the offer; less is a shortage of it. */
  const takeFrom = (offer: Chosen, wanted: number) => {
    const room = headroom.room(offer);
    const count = Math.min(wanted, room.count);
    if (count < wanted) shortages.set(offer, room);
    if (count === 0) return;
    headroom.take(offer, count);
    counts.set(offer, (counts.get(offer) ?? 0) + count);
    units += count * offer.weight;
  };
  let open = rankOffers(offers, strategy, targetUnits, headroom);
  while (open.length > 0 && units < targetUnits) {
    for (const offer of open) {
      if (units >= targetUnits) break;
      // Diversified deals one instance to each offer in turn; the others empty an offer before the next.
      takeFrom(offer, strategy === 'diversified' ? 1 : Math.ceil((targetUnits - units) / offer.weight));
    }
    open = open.filter((offer) => !shortages.has(offer));
  }
  return {
    launches: [...counts].map(([offer, count]) => ({ offer, count })),
    shortages: [...shortages].map(([offer, { code, message }]) => ({ offer, code, message })),
    units,
  };
}

function rankOffers<Chosen extends Offer>(
  offers: readonly Chosen[],
  strategy: AllocationStrategy,
  targetUnits: number,
  headroom: Headroom,
): readonly Chosen[] {
  const free = new Map<Offer, number>(offers.map((offer) => [offer, headroom.freeInPool(offer)]));
  const capacity = (offer: Offer) => -(free.get(offer) ?? 0);
  // A deep pool could fill the whole target by itself.
  const shallow = (offer: Offer) => ((free.get(offer) ?? 0) * offer.weight >= targetUnits ? 0 : 1);
  const price = priceOf(offers, targetUnits);
  const priority = (offer: Offer) => offer.priority;
  const orders: Readonly<Record<AllocationStrategy, readonly ((offer: Offer) => number)[]>> = {
    'lowest-price': [price],
    diversified: [price],
    'capacity-optimized': [capacity, price],
    'capacity-optimized-prioritized': [shallow, priority, capacity, price],
    'price-capacity-optimized': [shallow, price, capacity],
    prioritized: [priority, price],
  };
  return [...offers].sort((left, right) => {
    for (const rank of orders[strategy]) {
      const [first, second] = [rank(left), rank(right)];
      if (first !== second) return first - second;
    }
    return 0;
  });
}

/** Price is compared per unit, unless each single instance would already exceed the target. */
function priceOf(offers: readonly Offer[], targetUnits: number): (offer: Offer) => number {
  const perInstance = offers.every((offer) => offer.weight > targetUnits);
  return (offer) => (perInstance ? offer.priceUsdPerHour : offer.priceUsdPerHour / offer.weight);
}
