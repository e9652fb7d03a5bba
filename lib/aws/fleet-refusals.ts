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
  return [...byCode].slice(0, MAX_REFUSALS).map(([code, alike]) => ({
    class: classifyCode(code),
    code,
    message: (alike[0]?.ErrorMessage ?? '').slice(0, MAX_MESSAGE_CHARS),
    count: alike.length,
    pools: alike.map(poolOf),
    ...(requestId === undefined ? {} : { requestId }),
  }));
}

function poolOf({ LaunchTemplateAndOverrides: refused }: CreateFleetError): string {
  const { InstanceType: instanceType = 'any type', SubnetId: subnetId = 'any subnet' } = refused?.Overrides ?? {};
  return `${subnetId}/${instanceType}`;
}
