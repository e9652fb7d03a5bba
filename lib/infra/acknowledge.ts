import { Stack, Token, Validations } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/**
 * Accepts one finding of a rule pack on one construct and all below it. The id is the qualified one, `Pack::Rule`: with
 * the short one the finding vanishes from the validation report instead of being listed there with its reason.
 */
export function acknowledge(scope: IConstruct, qualifiedId: string, reason: string): void {
  Validations.of(scope).acknowledge({ id: qualifiedId, reason });
}

/** Accepts wildcards in a role's policy, one reason for each resource as CloudFormation's intrinsics print it. */
export function acknowledgeWildcards(
  role: Role,
  reasons: readonly (readonly [resource: string, reason: string])[],
): void {
  const names = pseudoParameterNames(role);
  for (const [resource, reason] of reasons) {
    const printed = names.reduce((text, [token, name]) => text.replaceAll(token, name), resource);
    acknowledge(role, `AwsSolutions::AwsSolutions-IAM5[Resource::${printed}]`, reason);
  }
}

/** cdk-nag prints `<AWS::Region>` where the template holds a reference: nowhere, once the region is known. */
function pseudoParameterNames(scope: IConstruct): (readonly [token: string, name: string])[] {
  const { partition, region, account } = Stack.of(scope);
  const names = [
    [partition, '<AWS::Partition>'],
    [region, '<AWS::Region>'],
    [account, '<AWS::AccountId>'],
  ] as const;
  return names.filter(([value]) => Token.isUnresolved(value));
}
