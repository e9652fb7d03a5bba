import type { LaunchTemplate, LaunchTemplates, RemoveTemplatesOutcome } from '../control/check-ports.ts';
import { definitionKey } from '../core/definition-key.ts';
import { regionsOf } from '../core/launch-cascade.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';

/** Launch templates in memory: one for each region and content of a definition. */
export class MemoryLaunchTemplates implements LaunchTemplates {
  readonly #homeRegion: string;
  readonly #templates = new Map<string, LaunchTemplate>();
  /** Regions that cannot be listed. */
  readonly unreadRegions = new Map<string, string>();
  /** Worker types whose requests cannot be built. */
  readonly unbuildable = new Set<string>();

  constructor(homeRegion: string) {
    this.#homeRegion = homeRegion;
  }

  /** Puts a template there. */
  put(template: LaunchTemplate): void {
    this.#templates.set(template.templateId, template);
  }

  async list(): ReturnType<LaunchTemplates['list']> {
    const templates = [...this.#templates.values()].filter(({ region }) => !this.unreadRegions.has(region));
    return { templates, unread: new Map(this.unreadRegions) };
  }

  namesOf(definition: WorkerType): readonly Pick<LaunchTemplate, 'region' | 'name'>[] {
    if (this.unbuildable.has(definition.workerType)) throw new Error('user data is too long');
    const name = `${definition.workerType}-${definitionKey(definition)}`;
    return regionsOf(definition, this.#homeRegion).map((region) => ({ region, name }));
  }

  async remove(templates: readonly LaunchTemplate[]): Promise<RemoveTemplatesOutcome> {
    const ids = templates.map(({ templateId }) => templateId);
    const removed = ids.filter((id) => this.#templates.delete(id));
    const failed = ids
      .filter((id) => !removed.includes(id))
      .map((templateId) => ({ templateId, code: 'NotATemplate', message: 'no launch template has this id' }));
    return { removed, failed };
  }
}
