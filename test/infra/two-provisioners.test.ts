import { expect, it } from 'vitest';
import { resolve } from '../support/iam/resolve.ts';
import type { CfnTemplate } from '../support/iam/template.ts';
import { synthesize } from './synthesized.ts';

/** Properties that hold a name which an account has once in a region. */
const NAMES = /^(Alarm|Function|Group|InstanceProfile|LogGroup|Queue|Role|Table|Topic)?Name$/;

/** `type: name` of every resource that is given a name. */
const physicalNames = (template: CfnTemplate): string[] =>
  Object.values(template.Resources).flatMap(({ Type, Properties = {} }) =>
    Object.entries(Properties)
      // A reference takes the name that CloudFormation gives, the stack's included.
      .filter(([key, value]) => NAMES.test(key) && typeof value === 'string')
      .map(([, value]) => `${Type}: ${String(resolve(value, template))}`),
  );

const { templates } = synthesize({ provisionerId: 'ci' }, { provisionerId: 'ci-2' });

it('each provisioner is a stack of its own', () => {
  expect(Object.keys(templates)).toEqual(['SpotProvisioner-ci', 'SpotProvisioner-ci-2']);
});

it('two provisioners in one account share no name, because each name carries its provisioner', () => {
  const [names = [], others = []] = Object.values(templates).map(physicalNames);
  expect(names.length).toBeGreaterThan(10);
  expect(others).toHaveLength(names.length);
  expect(names.filter((name) => others.includes(name))).toEqual([]);
  expect(others.filter((name) => !name.includes('ci-2'))).toEqual([]);
});

it('nothing is exported: one stack never keeps another from being changed', () => {
  for (const { Outputs = {} } of Object.values(templates))
    for (const output of Object.values(Outputs)) expect(output).not.toHaveProperty('Export');
});
