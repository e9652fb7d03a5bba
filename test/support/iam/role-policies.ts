import { type Policy, readPolicy } from './policy.ts';
import { resolve } from './resolve.ts';
import { type CfnTemplate, resourcesOf } from './template.ts';

/** The identity policies of a role that are written in the template. */
export function identityPolicies(template: CfnTemplate, roleId: string): Policy[] {
  return resourcesOf(template, 'AWS::IAM::Policy')
    .filter(([, { Properties }]) => JSON.stringify(Properties?.['Roles']).includes(`"${roleId}"`))
    .map(([, { Properties }]) => readPolicy(resolve(Properties?.['PolicyDocument'], template)));
}

/** Who may take a role on. */
export const trustPolicy = (template: CfnTemplate, roleId: string): Policy =>
  readPolicy(resolve(template.Resources[roleId]?.Properties?.['AssumeRolePolicyDocument'], template));

/** The resource policies of a type, for example AWS::SNS::TopicPolicy. */
export const resourcePolicies = (template: CfnTemplate, type: string): Policy[] =>
  resourcesOf(template, type).map(([, { Properties }]) =>
    readPolicy(resolve(Properties?.['PolicyDocument'], template)),
  );
