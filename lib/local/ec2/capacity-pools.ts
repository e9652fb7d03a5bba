import { addressesPerSubnet } from './catalogue.ts';
import type { InstanceRecord, Market } from './instance-record.ts';
import { findInstanceType } from './instance-type-catalogue.ts';
import { type Pool, poolKey, type WorldSettings } from './world-settings.ts';

/** A way to launch: a pool through a subnet. */
export interface Placement extends Pool {
  readonly subnetId: string;
}

/** How many more instances fit, and what stands in the way of one more. */
export interface Room {
  readonly count: number;
  readonly code: string;
  readonly message: string;
}

/** What is left of pools, quotas and addresses while a launch is being planned. */
export class Headroom {
  readonly #settings: WorldSettings;
  readonly #inPool: Map<string, number>;
  readonly #inSubnet: Map<string, number>;
  readonly #vCpus: Record<Market, number>;

  constructor(settings: WorldSettings, instances: readonly InstanceRecord[], planned?: Headroom) {
    this.#settings = settings;
    this.#inPool = new Map(planned === undefined ? [] : planned.#inPool);
    this.#inSubnet = new Map(planned === undefined ? [] : planned.#inSubnet);
    this.#vCpus = planned === undefined ? { spot: 0, 'on-demand': 0 } : { ...planned.#vCpus };
    for (const instance of instances) this.#count(instance);
  }

  /** A copy to try a plan on. */
  copy(): Headroom {
    return new Headroom(this.#settings, [], this);
  }

  /** Instances left in the pool itself, whatever the quota. */
  freeInPool(pool: Pool): number {
    if (this.#settings.unavailableZones.has(pool.zone)) return 0;
    const capacity = this.#settings.poolCapacity.get(poolKey(pool)) ?? this.#settings.defaultPoolCapacity;
    return Math.max(0, capacity - (this.#inPool.get(poolKey(pool)) ?? 0));
  }

  /** Addresses left in the subnet. */
  freeAddresses(subnetId: string): number {
    const addresses = this.#settings.subnetAddresses.get(subnetId) ?? addressesPerSubnet;
    return Math.max(0, addresses - (this.#inSubnet.get(subnetId) ?? 0));
  }

  /** How many more instances the placement takes. */
  room(placement: Placement): Room {
    const vCpus = findInstanceType(placement.instanceType)?.vCpus ?? 1;
    const freeVCpus = this.#settings.vCpuQuota[placement.market] - this.#vCpus[placement.market];
    const limits: Room[] = [
      { count: Math.max(0, Math.floor(freeVCpus / vCpus)), ...quotaRefusals[placement.market] },
      { count: this.freeAddresses(placement.subnetId), ...noAddresses(placement.subnetId) },
      { count: this.freeInPool(placement), ...noCapacity(placement) },
    ];
    return limits.reduce((tightest, limit) => (limit.count < tightest.count ? limit : tightest));
  }

  /** Uses up room for instances that are going to be launched. */
  take(placement: Placement, count: number): void {
    add(this.#inPool, poolKey(placement), count);
    add(this.#inSubnet, placement.subnetId, count);
    this.#vCpus[placement.market] += count * (findInstanceType(placement.instanceType)?.vCpus ?? 1);
  }

  #count(instance: InstanceRecord): void {
    if (instance.state === 'terminated') return;
    // A stopped instance keeps its address, but neither a place in its pool nor its vCPUs.
    if (instance.state === 'stopped') add(this.#inSubnet, instance.subnetId, 1);
    else this.take(instance, 1);
  }
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

const quotaRefusals: Readonly<Record<Market, { code: string; message: string }>> = {
  spot: { code: 'MaxSpotInstanceCountExceeded', message: 'Max spot instance count exceeded' },
  'on-demand': {
    code: 'VcpuLimitExceeded',
    message: 'You have requested more vCPU capacity than your current vCPU limit allows.',
  },
};

function noAddresses(subnetId: string): { code: string; message: string } {
  return {
    code: 'InsufficientFreeAddressesInSubnet',
    message: `There are not enough free addresses in subnet '${subnetId}' to satisfy the requested number of instances.`,
  };
}

function noCapacity(pool: Pool): { code: string; message: string } {
  return {
    code: 'InsufficientInstanceCapacity',
    message: `We currently do not have sufficient ${pool.instanceType} capacity in the Availability Zone you requested (${pool.zone}).`,
  };
}
