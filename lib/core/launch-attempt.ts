import type { PlannedOrder } from './order-plan.ts';
import type { Refusal } from './refusal.ts';

/** What came of one order. Figures in tasks. */
export interface Attempt {
  readonly order: PlannedOrder;
  readonly launched: number;
  readonly instances: number;
  readonly refusals: readonly Refusal[];
  /** EC2 gave no answer that can be trusted. */
  readonly noAnswer?: string;
}

/** One attempt in words: where, what was asked, what came, what EC2 said. */
export function describeAttempt({ order, launched, refusals, noAnswer }: Attempt): string {
  const asked = `${order.region} ${order.market}: asked ${order.targetCapacity}`;
  if (noAnswer !== undefined) return `${asked}, no answer (${noAnswer}); the next tick repeats the request`;
  const codes = refusals.map(({ code, count }) =>
    count === undefined ? code : `${code} in ${count} ${count === 1 ? 'pool' : 'pools'}`,
  );
  return `${asked}, launched ${launched}${codes.length === 0 ? '' : `, EC2 said ${codes.join(', ')}`}`;
}
