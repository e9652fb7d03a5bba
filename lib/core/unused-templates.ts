import type { EpochMillis } from './units.ts';
import { secondsBetween } from './units.ts';

/** What is known of a launch template. */
export interface SeenTemplate {
  readonly region: string;
  readonly name: string;
  readonly workerType: string | undefined;
  readonly createdAt: EpochMillis;
}

/** What must not go. */
export interface TemplateUses {
  /** By `templateKey`. */
  readonly templates: ReadonlySet<string>;
  /** Types of which nobody can tell what they use: all their templates stay. */
  readonly workerTypes: ReadonlySet<string>;
}

/** A template made for a launch is used within seconds; a day leaves room for definitions that go to and fro. */
const KEEP_SECONDS = 24 * 3600;

/** Names a template among those of all regions. */
export const templateKey = ({ region, name }: Pick<SeenTemplate, 'region' | 'name'>): string => `${region}/${name}`;

/** The templates that nothing uses any more. One that names no worker type is kept: whose it is nobody can tell. */
export function unusedTemplates<Template extends SeenTemplate>(
  templates: readonly Template[],
  uses: TemplateUses,
  now: EpochMillis,
): Template[] {
  return templates.filter(
    (template) =>
      template.workerType !== undefined &&
      !uses.workerTypes.has(template.workerType) &&
      !uses.templates.has(templateKey(template)) &&
      secondsBetween(template.createdAt, now) > KEEP_SECONDS,
  );
}
