import type { CreateFleetCommandOutput, CreateFleetError } from '@aws-sdk/client-ec2';
import type { Refusal } from '../core/refusal.ts';
import { classifyCode } from './aws-errors.ts';

/** Codes of one answer, at most: the rest would only repeat the story. */
const MAX_REFUSALS = 10;
const MAX_MESSAGE_CHARS = 300;

/**
 * The refusals inside an answer, alike ones taken together. `Errors[]` may name pools that failed although others gave
 * all that was asked.
 */
export function refusalsOf({ Errors: errors = [], $metadata }: CreateFleetCommandOutput): Refusal[] {
  const { requestId } = $metadata;
  const byCode = Map.groupBy(errors, ({ ErrorCode: code }) => code ?? 'UnknownError');
  return [...byCode].slice(0, MAX_REFUSALS).map(([code, alike]) => {
    const pools = alike.flatMap(poolOf);
    return {
      class: classifyCode(code),
      code,
      message: (alike[0]?.ErrorMessage ?? '').slice(0, MAX_MESSAGE_CHARS),
      // Without a pool it is one of the whole call: nothing else would keep the same call from being made again.
      ...(pools.length === 0 ? {} : { count: pools.length, pools }),
      ...(requestId === undefined ? {} : { requestId }),
    };
  });
}

/** Nothing where EC2 does not name both subnet and type: half a name would be no pool's. */
function poolOf({ LaunchTemplateAndOverrides: refused }: CreateFleetError): string[] {
  const { InstanceType: instanceType, SubnetId: subnetId } = refused?.Overrides ?? {};
  return instanceType === undefined || subnetId === undefined ? [] : [`${subnetId}/${instanceType}`];
}
