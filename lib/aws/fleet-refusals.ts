import type { CreateFleetCommandOutput, CreateFleetError } from '@aws-sdk/client-ec2';
import type { Refusal } from '../core/refusal.ts';
import { classifyCode } from './aws-errors.ts';

/** A request may fail in a thousand pools for the same reason: records and statuses have to stay small. */
const MAX_REFUSALS = 10;
const MAX_POOLS = 5;
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
    pools: alike.slice(0, MAX_POOLS).map(poolOf),
    ...(requestId === undefined ? {} : { requestId }),
  }));
}

function poolOf({ LaunchTemplateAndOverrides: refused }: CreateFleetError): string {
  const { InstanceType: instanceType = 'any type', SubnetId: subnetId = 'any subnet' } = refused?.Overrides ?? {};
  return `${instanceType}/${subnetId}`;
}
