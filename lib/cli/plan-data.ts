import type { ProvisionPlan } from '../core/provision-plan.ts';

/** A plan as it is printed: times are ISO 8601, and a number without a limit is null. */
export function toPlanData(plan: ProvisionPlan) {
  if (plan.kind === 'launch') {
    const { maxInstances, ...rest } = plan;
    return { ...rest, maxInstances: Number.isFinite(maxInstances) ? maxInstances : null };
  }
  const { until, ...rest } = plan;
  return { ...rest, ...(until === undefined ? {} : { until: new Date(until).toISOString() }) };
}
