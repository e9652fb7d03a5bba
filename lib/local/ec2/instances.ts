import { type InstanceHappening, interruptionWarning, rebalanceRecommendation, stateChange } from './ec2-events.ts';
import type { IdSequence } from './ids.ts';
import type { InstanceLaunch, InstanceRecord, StateReason } from './instance-record.ts';
import { advance, isLeaving, leave, nextDueAt, reasons } from './instance-states.ts';
import type { Resources } from './resources.ts';
import type { WorldSettings } from './world-settings.ts';

/** Told of whatever happens to an instance, at the instant it happens (epoch milliseconds). */
export type InstanceListener = (instance: InstanceRecord, happening: InstanceHappening, at: number) => void;

/** All instances of a world and their lives. */
export class Instances {
  readonly #settings: WorldSettings;
  readonly #resources: Resources;
  readonly #ids: IdSequence;
  readonly #tell: InstanceListener;
  readonly #byId = new Map<string, InstanceRecord>();
  /** Instances whose machine was started and not yet told to stop. */
  readonly #machinesOn = new Set<string>();
  #addresses = 0;
  /** Nothing is due before this instant (epoch milliseconds). */
  #idleUntil = Number.POSITIVE_INFINITY;

  constructor(settings: WorldSettings, resources: Resources, ids: IdSequence, tell: InstanceListener) {
    this.#settings = settings;
    this.#resources = resources;
    this.#ids = ids;
    this.#tell = tell;
  }

  /** Every instance not yet forgotten, in order of launch. */
  all(): readonly InstanceRecord[] {
    return [...this.#byId.values()];
  }

  /** What the API shows: all but those younger than the visibility lag. */
  visible(): readonly InstanceRecord[] {
    const now = this.#settings.now();
    return this.all().filter((instance) => instance.visibleAt <= now);
  }

  /** The instance with this id if the API shows it. */
  findVisible(instanceId: string): InstanceRecord | undefined {
    const instance = this.#byId.get(instanceId);
    return instance !== undefined && instance.visibleAt <= this.#settings.now() ? instance : undefined;
  }

  /** The instance with this id. Throws when there is none: a mistake of the caller, not an answer of EC2. */
  require(instanceId: string): InstanceRecord {
    const instance = this.#byId.get(instanceId);
    if (instance === undefined) throw new Error(`There is no instance ${instanceId} in this world.`);
    return instance;
  }

  /** Launches `count` equal instances as one reservation. Room for them was checked before. */
  launch(launch: InstanceLaunch, count: number): InstanceRecord[] {
    const now = this.#settings.now();
    const reservationId = this.#ids.next('r');
    return Array.from({ length: count }, (_, launchIndex) => {
      const instance: InstanceRecord = {
        ...launch,
        instanceId: this.#ids.next('i'),
        reservationId,
        launchIndex,
        volumeId: this.#ids.next('vol'),
        ...(launch.market === 'spot' ? { spotRequestId: this.#ids.nextSpotRequest() } : {}),
        privateIpAddress: this.#nextAddress(launch.subnetId),
        launchedAt: now,
        visibleAt: now + this.#settings.visibilityLagMs,
        tags: new Map(launch.tags),
        volumeTags: new Map(launch.volumeTags),
        state: 'pending',
        stateTransitionReason: '',
        nextStateAt: now + this.#settings.bootDelayMs,
      };
      this.#byId.set(instance.instanceId, instance);
      this.#expect(instance);
      this.#tell(instance, stateChange(instance, 'pending'), now);
      return instance;
    });
  }

  /** Puts instances of an earlier world there, terminated, until they are forgotten. */
  restoreTerminated(instances: readonly InstanceRecord[]): void {
    for (const instance of instances) {
      const stateReason = instance.stateReason ?? reasons.userShutdown;
      const nextStateAt = instance.launchedAt + this.#settings.tombstoneMs;
      const gone: InstanceRecord = { ...instance, state: 'terminated', stateReason, nextStateAt };
      this.#byId.set(gone.instanceId, gone);
      this.#expect(gone);
    }
  }

  /** Begins to shut the instance down; nothing happens to one that is leaving already. */
  terminate(instance: InstanceRecord, reason: StateReason = reasons.userShutdown): void {
    if (isLeaving(instance)) return;
    this.#leave(instance, 'shutting-down', reason);
  }

  /** The machine powered itself off: its shutdown behaviour decides between stopped and terminated; spot always terminates. */
  exited(instance: InstanceRecord): void {
    this.#machinesOn.delete(instance.instanceId);
    if (isLeaving(instance) || instance.state === 'stopping' || instance.state === 'stopped') return;
    const ends = instance.shutdownBehavior === 'terminate' || instance.market === 'spot';
    this.#leave(instance, ends ? 'shutting-down' : 'stopping', reasons.instanceShutdown);
  }

  /** Announces a spot interruption that ends the instance after `noticeMs`. */
  interrupt(instance: InstanceRecord, noticeMs: number): void {
    this.#requireInterruptible(instance);
    const now = this.#settings.now();
    instance.interruption ??= { noticedAt: now, terminateAt: now + noticeMs };
    this.#expect(instance);
    this.#tell(instance, interruptionWarning(instance), now);
  }

  /** Recommends replacing the spot instance. */
  rebalance(instance: InstanceRecord): void {
    this.#requireInterruptible(instance);
    const now = this.#settings.now();
    instance.rebalanceRecommendedAt = now;
    this.#tell(instance, rebalanceRecommendation(instance), now);
  }

  /** Carries out every change that is due, in order of time. Returns when the next one is due, or Infinity. */
  advance(): number {
    const now = this.#settings.now();
    while (this.#idleUntil <= now) {
      const due = this.all().filter((instance) => nextDueAt(instance) <= now);
      due.sort((left, right) => nextDueAt(left) - nextDueAt(right));
      for (const instance of due) {
        const at = nextDueAt(instance);
        // A listener or machine may have called back and advanced it meanwhile.
        if (at <= now) this.#advanceOne(instance, at);
      }
      this.#idleUntil = Number.POSITIVE_INFINITY;
      for (const instance of this.#byId.values()) this.#expect(instance);
    }
    return this.#idleUntil;
  }

  /** Makes sure that `advance` looks when this instance is due. */
  #expect(instance: InstanceRecord): void {
    this.#idleUntil = Math.min(this.#idleUntil, nextDueAt(instance));
  }

  #advanceOne(instance: InstanceRecord, at: number): void {
    const state = advance(instance, at, this.#settings);
    if (state === 'forgotten') {
      this.#byId.delete(instance.instanceId);
      return;
    }
    this.#tell(instance, stateChange(instance, state), at);
    if (state === 'running') this.#startMachine(instance);
    if (state === 'shutting-down') this.#stopMachine(instance);
  }

  #leave(instance: InstanceRecord, to: 'shutting-down' | 'stopping', reason: StateReason): void {
    const now = this.#settings.now();
    leave(instance, to, reason, now, this.#settings);
    this.#expect(instance);
    this.#tell(instance, stateChange(instance, to), now);
    this.#stopMachine(instance);
  }

  #startMachine(instance: InstanceRecord): void {
    this.#machinesOn.add(instance.instanceId);
    this.#settings.machines?.start(instance);
  }

  #stopMachine(instance: InstanceRecord): void {
    if (this.#machinesOn.delete(instance.instanceId)) this.#settings.machines?.stop(instance);
  }

  #requireInterruptible(instance: InstanceRecord): void {
    if (instance.market !== 'spot') throw new Error(`${instance.instanceId} is not a spot instance.`);
    if (isLeaving(instance)) throw new Error(`${instance.instanceId} is ${instance.state}.`);
  }

  /** Addresses repeat after 4,000 launches in a world; nothing routes to them. */
  #nextAddress(subnetId: string): string {
    const subnet = this.#resources.findSubnet(subnetId);
    // The first four addresses of a subnet are AWS's.
    const host = (this.#addresses++ % 4_000) + 4;
    return `10.0.${(subnet?.networkOctet ?? 0) + Math.floor(host / 256)}.${host % 256}`;
  }
}
