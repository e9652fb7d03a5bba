import { Ec2LaunchTemplates } from '../../lib/aws/ec2-launch-templates.ts';
import type { LaunchTemplate } from '../../lib/control/check-ports.ts';
import { MemoryLaunchTemplates } from '../../lib/memory/memory-launch-templates.ts';
import { launchSettingsOf, useAwsWorld } from '../support/aws-world.ts';
import { aDefinition, anOrder, NOW } from '../support/builders.ts';
import { describeLaunchTemplates } from './launch-templates.contract.ts';
import { LAUNCHABLE } from './subject.ts';

describeLaunchTemplates('in memory', async () => {
  const templates = new MemoryLaunchTemplates('us-east-1');
  const theirs: LaunchTemplate = {
    region: 'us-east-1',
    templateId: 'lt-theirs',
    name: 'theirs',
    workerType: 'build',
    createdAt: NOW,
  };
  return {
    templates,
    launch: async (definition) => {
      for (const { region, name } of templates.namesOf(definition)) {
        templates.put({
          region,
          name,
          templateId: `lt-${name}`,
          workerType: definition.workerType,
          createdAt: NOW,
        });
      }
    },
    stranger: async () => theirs,
    exists: async () => true,
    breakRegion: (region) => void templates.unreadRegions.set(region, 'it does not answer'),
  };
});

describeLaunchTemplates('AWS SDK over HTTP', async () => {
  const { ports, clients, config, portsOf, worlds, world } = await useAwsWorld();
  const of = (provisionerId: string) => new Ec2LaunchTemplates(clients, provisionerId, launchSettingsOf(config));
  let launches = 0;
  return {
    templates: of(config.provisionerId),
    launch: async (definition) => {
      launches += 1;
      await ports.fleet.launch(anOrder({ launchId: `launch-${launches}`, definition }));
    },
    stranger: async () => {
      const definition = aDefinition({ ...LAUNCHABLE, provisionerId: 'stranger' });
      await portsOf('stranger').fleet.launch(anOrder({ launchId: 'theirs', definition }));
      const [theirs] = (await of('stranger').list()).templates;
      if (theirs === undefined) throw new Error('the stranger has no template');
      return theirs;
    },
    exists: async ({ templateId }) => world.templates.findById(templateId) !== undefined,
    breakRegion: (region) =>
      worlds.get(region)?.addFault({ action: 'DescribeLaunchTemplates', kind: 'error', code: 'InternalError' }),
  };
});
