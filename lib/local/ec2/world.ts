import type { LocalImage, LocalKeyPair, LocalSecurityGroup } from './catalogue.ts';
import { ClientTokens } from './client-tokens.ts';
import { type Ec2Event, eventOf } from './ec2-events.ts';
import { type Fault, Faults } from './faults.ts';
import type { FleetRecord } from './fleet-record.ts';
import { IdSequence } from './ids.ts';
import type { InstanceRecord } from './instance-record.ts';
import { Instances } from './instances.ts';
import { LaunchTemplates } from './launch-templates.ts';
import { type PricedPlatform, priceKey } from './prices.ts';
import { regionCode } from './region-code.ts';
import type { RequestRecord } from './request-log.ts';
import { Resources } from './resources.ts';
import { SpotPriceHistory } from './spot-price-history.ts';
import { ThrottleBuckets } from './throttle-buckets.ts';
import { defaultSettings, type Pool, type WorldSettings } from './world-settings.ts';

/** EC2 gives two minutes between a spot interruption notice and the end (EC2 user guide, interruption notices). */
const defaultNoticeSeconds = 120;

/** A timer of Node holds at most 2^31 ms; waking once a minute for nothing costs nothing. */
const maxTimerMs = 60_000;

/** A Region of EC2 in memory: what tests and local mode steer, and what the actions read and change. */
export class Ec2World {
  readonly settings: WorldSettings;
  /** The latest calls, oldest first. */
  readonly requests: RequestRecord[] = [];
  /** Images, subnets, security groups and key pairs of the account here. */
  readonly resources: Resources;
  /** For the actions. */
  readonly prices: SpotPriceHistory;
  readonly ids: IdSequence;
  readonly instanceStore: Instances;
  readonly templates: LaunchTemplates;
  readonly fleets = new Map<string, FleetRecord>();
  readonly tokens: ClientTokens;
  readonly throttle = new ThrottleBuckets();
  readonly faults = new Faults();
  readonly #listeners = new Set<(event: Ec2Event) => void>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(settings: Partial<WorldSettings> = {}) {
    this.settings = { ...defaultSettings(), ...settings };
    this.resources = new Resources(this.settings.region);
    this.prices = new SpotPriceHistory(this.settings);
    this.ids = new IdSequence(this.settings.idSeed ^ regionCode(this.settings.region));
    this.templates = new LaunchTemplates(this.ids);
    this.tokens = new ClientTokens(
      () => this.settings.now(),
      () => this.settings.tokenLifetimeMs,
    );
    this.instanceStore = new Instances(this.settings, this.resources, this.ids, (instance, happening, at) => {
      if (this.#listeners.size === 0) return;
      const { accountId: account, region } = this.settings;
      const event = eventOf(instance.instanceId, happening, { id: this.ids.nextUuid(), account, region, at });
      for (const listener of this.#listeners) listener(event);
    });
  }

  /** Every instance not yet forgotten, also those the API does not show yet. */
  instances(): readonly InstanceRecord[] {
    return this.instanceStore.all();
  }

  /** Announces a spot interruption; when the notice is over the instance shuts down. Throws for what cannot be interrupted. */
  interrupt(instanceId: string, noticeSeconds: number = defaultNoticeSeconds): void {
    this.instanceStore.interrupt(this.instanceStore.require(instanceId), noticeSeconds * 1_000);
    this.tick();
  }

  /** Sends a rebalance recommendation for a spot instance. Throws for what cannot be interrupted. */
  rebalance(instanceId: string): void {
    this.instanceStore.rebalance(this.instanceStore.require(instanceId));
  }

  /** The machine of the instance powered itself off. Throws for an unknown id. */
  instanceExited(instanceId: string): void {
    this.instanceStore.exited(this.instanceStore.require(instanceId));
    this.tick();
  }

  /** Sets what a pool costs from now on, in USD per hour. */
  setPrice(pool: Pool, usdPerHour: number, platform: PricedPlatform = 'linux'): void {
    // What held until now is history from here on.
    if (pool.market === 'spot') this.prices.changes(pool, platform);
    this.settings.poolPriceUsdPerHour.set(priceKey(pool, platform), usdPerHour);
    if (pool.market === 'spot') this.prices.changes(pool, platform);
  }

  /** Lets the subnet have this many free addresses now. */
  setFreeAddresses(subnetId: string, count: number): void {
    const taken = this.instances().filter(
      (instance) => instance.subnetId === subnetId && instance.state !== 'terminated',
    ).length;
    this.settings.subnetAddresses.set(subnetId, taken + count);
  }

  /** Takes an image away; instances that run from it go on. */
  deregisterImage(imageId: string): void {
    this.resources.images.delete(imageId);
  }

  registerImage(image: LocalImage): void {
    this.resources.images.set(image.imageId, image);
  }

  addSecurityGroup(group: LocalSecurityGroup): void {
    this.resources.securityGroups.set(group.groupId, group);
  }

  deleteSecurityGroup(groupId: string): void {
    this.resources.securityGroups.delete(groupId);
  }

  addKeyPair(keyPair: LocalKeyPair): void {
    this.resources.keyPairs.set(keyPair.keyName, keyPair);
  }

  deleteKeyPair(keyName: string): void {
    this.resources.keyPairs.delete(keyName);
  }

  /** Makes calls go wrong. */
  addFault(fault: Fault): void {
    this.faults.add(fault);
  }

  /** Lets calls go right again. */
  clearFaults(): void {
    this.faults.clear();
  }

  /** Calls the listener at once with every event EventBridge would get. Returns how to stop that. */
  onInstanceEvent(listener: (event: Ec2Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Carries out the state changes that are due, and sets a timer for the next one if the world keeps timers. */
  tick(): void {
    const nextAt = this.instanceStore.advance();
    clearTimeout(this.#timer);
    if (!this.settings.timers || this.#closed || nextAt === Number.POSITIVE_INFINITY) return;
    const waitMs = Math.min(Math.max(0, nextAt - this.settings.now()), maxTimerMs);
    this.#timer = setTimeout(() => this.tick(), waitMs);
    this.#timer.unref();
  }

  /** Stops the timers. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
}
