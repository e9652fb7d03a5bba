import { describe, expect, it } from 'vitest';
import type { LaunchTemplate, LaunchTemplates } from '../../lib/control/check-ports.ts';
import type { WorkerType } from '../../lib/core/worker-type-schema.ts';
import { aDefinition } from '../support/builders.ts';
import { LAUNCHABLE } from './subject.ts';

/** One implementation, no template in it yet. */
export interface TemplatesSubject {
  readonly templates: LaunchTemplates;
  /** Launches one worker of the definition, which makes what templates it needs. */
  launch(definition: WorkerType): Promise<void>;
  /** A template of another provisioner, as its own list shows it. */
  stranger(): Promise<LaunchTemplate>;
  /** Is this template still there, whosever it is? */
  exists(template: LaunchTemplate): Promise<boolean>;
  breakRegion(region: string): void;
}

const OTHER_REGION = 'eu-west-1';
const aType = (changes: object = {}) => aDefinition({ ...LAUNCHABLE, ...changes });

/** What every port to launch templates does. */
export function describeLaunchTemplates(name: string, subject: () => Promise<TemplatesSubject>): void {
  describe(`LaunchTemplates: ${name}`, () => {
    it('lists nothing before the first launch', async () => {
      const { templates } = await subject();
      expect(await templates.list()).toEqual({ templates: [], unread: new Map() });
    });

    it('lists what launches made, with its worker type and time', async () => {
      const { templates, launch } = await subject();
      await launch(aType());
      const { templates: listed } = await templates.list();
      expect(listed).toHaveLength(1);
      expect(listed[0]).toMatchObject({ region: 'us-east-1', workerType: 'build', templateId: expect.any(String) });
      expect(listed[0]?.createdAt).toBeGreaterThan(0);
    });

    it('names everything that launches of a definition use, and nothing of another definition', async () => {
      const { templates, launch } = await subject();
      await launch(aType());
      const [made] = (await templates.list()).templates;
      expect(templates.namesOf(aType())).toContainEqual({ region: made?.region, name: made?.name });
      const others = templates.namesOf(aType({ userData: { changed: true } }));
      expect(others.map(({ name: other }) => other)).not.toContain(made?.name);
    });

    it('removes what it is given and leaves the others', async () => {
      const { templates, launch } = await subject();
      await launch(aType());
      await launch(aType({ workerType: 'other' }));
      const { templates: listed } = await templates.list();
      const condemned = listed.filter(({ workerType }) => workerType === 'build');
      expect(await templates.remove(condemned)).toEqual({
        removed: condemned.map(({ templateId }) => templateId),
        failed: [],
      });
      expect((await templates.list()).templates.map(({ workerType }) => workerType)).toEqual(['other']);
    });

    it('never deletes a template of another provisionerId, whoever asks, and does not list it', async () => {
      const { templates, launch, stranger, exists } = await subject();
      await launch(aType());
      const theirs = await stranger();
      const { templates: own } = await templates.list();
      expect(own.map(({ templateId }) => templateId)).not.toContain(theirs.templateId);
      const { removed, failed } = await templates.remove([theirs, ...own]);
      expect(removed).toEqual(own.map(({ templateId }) => templateId));
      expect(failed).toMatchObject([{ templateId: theirs.templateId, code: 'NotATemplate' }]);
      expect(await exists(theirs)).toBe(true);
    });

    it('fails for what is gone, without harm', async () => {
      const { templates, launch } = await subject();
      await launch(aType());
      const { templates: own } = await templates.list();
      await templates.remove(own);
      const again = await templates.remove(own);
      expect(again.removed).toEqual([]);
      expect(again.failed).toHaveLength(1);
    });

    it('tells of a region that cannot be read, and lists the others', async () => {
      const { templates, launch, breakRegion } = await subject();
      await launch(aType());
      breakRegion(OTHER_REGION);
      const { templates: listed, unread } = await templates.list();
      expect(listed).toHaveLength(1);
      expect([...unread.keys()]).toEqual([OTHER_REGION]);
    });
  });
}
