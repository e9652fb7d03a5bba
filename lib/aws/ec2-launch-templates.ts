import {
  DeleteLaunchTemplateCommand,
  type LaunchTemplate as Ec2Template,
  paginateDescribeLaunchTemplates,
} from '@aws-sdk/client-ec2';
import type { LaunchTemplate, LaunchTemplates, RemoveTemplatesOutcome } from '../control/check-ports.ts';
import { launchPools, regionsOf } from '../core/launch-cascade.ts';
import { tagKeys } from '../core/tags.ts';
import { epochMillis } from '../core/units.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';
import { describeError } from './aws-errors.ts';
import type { AwsClients } from './clients.ts';
import { type FleetSettings, fleetRequests } from './fleet-request.ts';

/** DescribeLaunchTemplates answers at most 200 a page. */
const PAGE_SIZE = 200;
const MARKETS = ['spot', 'on-demand'] as const;
type Failed = RemoveTemplatesOutcome['failed'][number];

/** One provisioner's launch templates in all its regions, found by the owner tag. */
export class Ec2LaunchTemplates implements LaunchTemplates {
  readonly #clients: Pick<AwsClients, 'ec2'>;
  readonly #provisionerId: string;
  readonly #settings: FleetSettings & { readonly regions: readonly string[] };

  /** The settings are those of the launches: another worker program makes other templates. */
  constructor(
    clients: Pick<AwsClients, 'ec2'>,
    provisionerId: string,
    settings: FleetSettings & { readonly regions: readonly string[] },
  ) {
    this.#clients = clients;
    this.#provisionerId = provisionerId;
    this.#settings = settings;
  }

  async list(): ReturnType<LaunchTemplates['list']> {
    const unread = new Map<string, string>();
    const lists = await Promise.all(
      this.#settings.regions.map(async (region) => {
        try {
          return await this.#listRegion(region);
        } catch (error) {
          unread.set(region, describeError(error));
          return [];
        }
      }),
    );
    return { templates: lists.flat(), unread };
  }

  namesOf(definition: WorkerType): readonly Pick<LaunchTemplate, 'region' | 'name'>[] {
    const { homeRegion } = this.#settings;
    const pools = launchPools(definition, homeRegion);
    const orders = regionsOf(definition, homeRegion).flatMap((region) =>
      MARKETS.map((market) => ({
        launchId: 'names',
        definition,
        region,
        market,
        targetCapacity: 1,
        pools: pools.filter((pool) => pool.region === region),
      })),
    );
    return orders.flatMap((order) =>
      fleetRequests(order, this.#settings).launchTemplates.map(({ LaunchTemplateName: name = '' }) => ({
        region: order.region,
        name,
      })),
    );
  }

  async remove(templates: readonly LaunchTemplate[]): Promise<RemoveTemplatesOutcome> {
    // Asked again: what the caller holds may be somebody else's or from a list that is old by now.
    const own = new Set((await this.list()).templates.map(({ templateId }) => templateId));
    const removed: string[] = [];
    const failed: Failed[] = [];
    // One after the other: nobody waits, and the account's bucket for changes also serves launches.
    for (const template of templates) {
      const failure = own.has(template.templateId) ? await this.#delete(template) : this.#notOwn(template);
      if (failure === undefined) removed.push(template.templateId);
      else failed.push(failure);
    }
    return { removed, failed };
  }

  async #listRegion(region: string): Promise<LaunchTemplate[]> {
    const filters = [{ Name: `tag:${tagKeys.owner}`, Values: [this.#provisionerId] }];
    const templates: LaunchTemplate[] = [];
    const client = this.#clients.ec2(region);
    for await (const page of paginateDescribeLaunchTemplates({ client, pageSize: PAGE_SIZE }, { Filters: filters })) {
      for (const template of page.LaunchTemplates ?? []) templates.push(toTemplate(region, template));
    }
    return templates;
  }

  async #delete({ region, templateId }: LaunchTemplate): Promise<Failed | undefined> {
    try {
      await this.#clients.ec2(region).send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: templateId }));
      return undefined;
    } catch (error) {
      return { templateId, code: error instanceof Error ? error.name : 'Error', message: describeError(error) };
    }
  }

  #notOwn({ templateId }: LaunchTemplate): Failed {
    const message = `no launch template of provisioner ${this.#provisionerId} has this id`;
    return { templateId, code: 'NotATemplate', message };
  }
}

/** One without a time counts as made just now, so that nothing is deleted on missing data. */
const toTemplate = (
  region: string,
  { LaunchTemplateId: id = '', LaunchTemplateName: name = '', CreateTime: time, Tags: tags = [] }: Ec2Template,
): LaunchTemplate => ({
  region,
  templateId: id,
  name,
  workerType: tags.find(({ Key }) => Key === tagKeys.workerType)?.Value,
  createdAt: epochMillis(time?.getTime() ?? Number.MAX_SAFE_INTEGER),
});
