import {
  CreateFleetCommand,
  type CreateFleetCommandInput,
  type CreateFleetCommandOutput,
  CreateLaunchTemplateCommand,
  type CreateLaunchTemplateCommandInput,
  type Filter,
} from '@aws-sdk/client-ec2';
import pMap from 'p-map';
import type {
  Clock,
  Fleet,
  FleetList,
  LaunchOrder,
  LaunchOutcome,
  LaunchPreview,
  TerminateOutcome,
} from '../control/ports.ts';
import type { Refusal } from '../core/refusal.ts';
import { tagKeys } from '../core/tags.ts';
import type { Worker } from '../core/worker.ts';
import { describeError, refusalOfError } from './aws-errors.ts';
import type { AwsClients } from './clients.ts';
import { describeInstances } from './ec2-sweep.ts';
import { terminateInRegions } from './ec2-terminate.ts';
import { toWorker } from './ec2-worker.ts';
import { refusalsOf } from './fleet-refusals.ts';
import { type FleetRequests, type FleetSettings, fleetRequests } from './fleet-request.ts';

/** One provisioner's instances in all its regions, found by the owner tag. */
export class Ec2Fleet implements Fleet, LaunchPreview {
  readonly #clients: Pick<AwsClients, 'ec2' | 'ec2Launch'>;
  readonly #provisionerId: string;
  readonly #settings: FleetSettings & { readonly regions: readonly string[] };
  readonly #clock: Clock;
  /** Templates that exist, by region and name: a name is the hash of its content, so what exists never changes. */
  readonly #templates = new Set<string>();

  constructor(
    clients: Pick<AwsClients, 'ec2' | 'ec2Launch'>,
    provisionerId: string,
    settings: FleetSettings & { readonly regions: readonly string[] },
    clock: Clock,
  ) {
    this.#clients = clients;
    this.#provisionerId = provisionerId;
    this.#settings = settings;
    this.#clock = clock;
  }

  /** Without a filter on state: only a list that shows the dead can tell a dead worker from one not visible yet. */
  async list(workerTypes?: readonly string[]): Promise<FleetList> {
    const { regions } = this.#settings;
    const own = [{ Name: `tag:${tagKeys.owner}`, Values: [this.#provisionerId] }];
    const queries =
      workerTypes === undefined
        ? [own]
        : chunks(workerTypes, MAX_TYPES_OF_A_REQUEST).map((names) => [
            ...own,
            { Name: `tag:${tagKeys.workerType}`, Values: names },
          ]);
    const unread = new Map<string, string>();
    const errors: unknown[] = [];
    const lists = await Promise.all(
      regions.map(async (region) => {
        try {
          const read = (filters: Filter[]) => describeInstances(this.#clients.ec2(region), filters, toWorker);
          return (await pMap(queries, read, { concurrency: QUERY_CONCURRENCY })).flat();
        } catch (error) {
          errors.push(error);
          unread.set(region, describeError(error));
          return [];
        }
      }),
    );
    if (unread.size === regions.length) throw errors[0];
    return { workers: lists.flat(), unread };
  }

  async launch(order: LaunchOrder): Promise<LaunchOutcome> {
    const requests = buildRequests(order, this.#settings);
    if ('refusal' in requests) return { kind: 'refused', refusal: requests.refusal };
    try {
      return await this.#send(order, requests);
    } catch (error) {
      if (isTemplateMissing(error)) {
        // Deleted by somebody, or so new that EC2 does not see it everywhere: made again when the order is repeated.
        this.#forgetTemplates(order.region, requests.launchTemplates);
        return { kind: 'no-answer', cause: describeError(error) };
      }
      const refusal = refusalOfError(error);
      if (refusal === undefined) return { kind: 'no-answer', cause: describeError(error) };
      return { kind: 'refused', refusal };
    }
  }

  async terminate(workerIds: readonly string[]): Promise<TerminateOutcome> {
    const { regions } = this.#settings;
    return terminateInRegions(
      new Map(regions.map((region) => [region, this.#clients.ec2(region)])),
      this.#provisionerId,
      workerIds,
    );
  }

  requestsFor(order: LaunchOrder): readonly { readonly action: string; readonly input: unknown }[] {
    const { launchTemplates, fleet } = fleetRequests(order, this.#settings);
    return [
      ...launchTemplates.map((input) => ({ action: 'CreateLaunchTemplate', input })),
      { action: 'CreateFleet', input: fleet },
    ];
  }

  async #send(order: LaunchOrder, { launchTemplates, fleet }: FleetRequests): Promise<LaunchOutcome> {
    for (const template of launchTemplates) {
      const refusal = await this.#ensureTemplate(order.region, template);
      if (refusal !== undefined)
        return { kind: 'refused', refusal: { ...refusal, ...poolsUsing(template, fleet, refusal) } };
    }
    const answer = await this.#clients.ec2Launch(order.region).send(new CreateFleetCommand(fleet));
    if (answer.Errors?.some(({ ErrorCode: code }) => code === TEMPLATE_MISSING))
      this.#forgetTemplates(order.region, launchTemplates);
    return { kind: 'answered', workers: this.#workersOf(order, answer), refusals: refusalsOf(answer) };
  }

  /** Why EC2 does not take the template; undefined when it is there. */
  async #ensureTemplate(region: string, template: CreateLaunchTemplateCommandInput): Promise<Refusal | undefined> {
    const name = `${region}/${template.LaunchTemplateName}`;
    if (this.#templates.has(name)) return undefined;
    try {
      await this.#clients.ec2(region).send(new CreateLaunchTemplateCommand(template));
    } catch (error) {
      if (!(error instanceof Error && error.name === 'InvalidLaunchTemplateName.AlreadyExistsException')) {
        const refusal = refusalOfError(error);
        if (refusal === undefined) throw error;
        return refusal;
      }
    }
    this.#templates.add(name);
    return undefined;
  }

  #forgetTemplates(region: string, templates: readonly CreateLaunchTemplateCommandInput[]): void {
    for (const { LaunchTemplateName: name } of templates) this.#templates.delete(`${region}/${name}`);
  }

  #workersOf(order: LaunchOrder, { Instances: sets = [] }: CreateFleetCommandOutput): Worker[] {
    const capacityOf = new Map<string, number>(
      order.pools.map(({ instanceType, capacity }) => [instanceType, capacity]),
    );
    return sets.flatMap((set) =>
      (set.InstanceIds ?? []).map((workerId) => ({
        workerId,
        workerType: order.definition.workerType,
        launchId: order.launchId,
        state: 'launching' as const,
        capacity: capacityOf.get(set.InstanceType ?? ''),
        instanceType: set.InstanceType ?? 'unknown',
        zone: set.AvailabilityZone ?? 'unknown',
        market: set.Lifecycle === 'on-demand' ? ('on-demand' as const) : ('spot' as const),
        launchedAt: this.#clock.now(),
        definitionVersion: order.definition.version,
        maxLifetimeSeconds: order.definition.maxLifetimeSeconds,
      })),
    );
  }
}

/** A definition whose requests cannot even be built (user data too long) is refused like one that EC2 refuses. */
function buildRequests(order: LaunchOrder, settings: FleetSettings): FleetRequests | { refusal: Refusal } {
  try {
    return fleetRequests(order, settings);
  } catch (error) {
    return { refusal: { class: 'configuration', code: 'InvalidDefinition', message: describeError(error) } };
  }
}

/**
 * The pools that a refused template keeps from being launched: those of other templates have nothing to do with it, and
 * the next order may ask for them. A throttle is the call's.
 */
function poolsUsing(
  { LaunchTemplateName: name }: CreateLaunchTemplateCommandInput,
  { LaunchTemplateConfigs: configs = [] }: CreateFleetCommandInput,
  { class: kind }: Refusal,
): Pick<Refusal, 'count' | 'pools'> {
  if (kind === 'throttled') return {};
  const pools = configs
    .filter((config) => config.LaunchTemplateSpecification?.LaunchTemplateName === name)
    .flatMap(({ Overrides: overrides = [] }) => overrides)
    .map(({ SubnetId, InstanceType }) => `${SubnetId}/${InstanceType}`);
  return { count: pools.length, pools };
}

/** A request takes 200 filter values over all its filters (EC2 API reference, Filter); one is the provisioner's. */
const MAX_TYPES_OF_A_REQUEST = 199;
/** DescribeInstances has a bucket of 50 requests without a filter on ids; other tools of the account use it, too. */
const QUERY_CONCURRENCY = 2;

const chunks = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

const isTemplateMissing = (error: unknown): boolean => error instanceof Error && error.name === TEMPLATE_MISSING;

const TEMPLATE_MISSING = 'InvalidLaunchTemplateName.NotFoundException';
