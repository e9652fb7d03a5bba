import type { Policy, Statement } from './policy.ts';

/** A policy with one thing changed: what a slip of the pen, or nothing at all, could have made of it. */
export interface Mutant {
  readonly change: string;
  readonly policy: Policy;
}

/** Every policy that lacks one statement, action, resource, condition or value, or that reaches everything or everybody. */
export function mutants(policy: Policy): Mutant[] {
  return policy.statements.flatMap((statement, index) => {
    const replacedBy = (changed: readonly Statement[]): Policy => ({
      statements: policy.statements.toSpliced(index, 1, ...changed),
    });
    return [
      { change: `${statement.sid}: dropped`, policy: replacedBy([]) },
      ...statementMutants(statement).map(({ change, mutated }) => ({
        change: `${statement.sid}: ${change}`,
        policy: replacedBy([mutated]),
      })),
    ];
  });
}

function statementMutants(statement: Statement): { change: string; mutated: Statement }[] {
  const { actions, resources, conditions, principals } = statement;
  const without = <Item>(list: readonly Item[], index: number): Item[] => list.toSpliced(index, 1);
  const several = <Item>(list: readonly Item[]): readonly Item[] => (list.length > 1 ? list : []);
  return [
    ...several(actions).map((action, index) => ({
      change: `without action ${action}`,
      mutated: { ...statement, actions: without(actions, index) },
    })),
    ...several(resources).map((resource, index) => ({
      change: `without resource ${resource}`,
      mutated: { ...statement, resources: without(resources, index) },
    })),
    // A policy that names principals hangs on one resource and reaches no other, whatever it says.
    ...resources.flatMap((resource, index) =>
      resource === '*' || principals !== undefined
        ? []
        : [
            {
              change: `resource ${resource} widened to *`,
              mutated: { ...statement, resources: resources.with(index, '*') },
            },
          ],
    ),
    ...(principals === undefined || principals.includes('*')
      ? []
      : [{ change: 'open to everybody', mutated: { ...statement, principals: ['*'] } }]),
    ...conditions.flatMap((condition, index) => [
      {
        change: `without condition ${condition.operator} ${condition.key}`,
        mutated: { ...statement, conditions: without(conditions, index) },
      },
      ...several(condition.values).map((value, at) => ({
        change: `without value ${value} of ${condition.key}`,
        mutated: {
          ...statement,
          conditions: conditions.with(index, { ...condition, values: without(condition.values, at) }),
        },
      })),
    ]),
  ];
}
