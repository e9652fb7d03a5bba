import type { HoldReason, ProvisionFigures, ProvisionPlan } from './provision-plan.ts';
import type { WorkerType } from './worker-type-schema.ts';

/** The plan in one plain sentence or two: what was seen, how the formula went, which limit bound. */
export function explainPlan(plan: ProvisionPlan, definition: WorkerType): string {
  if (plan.kind === 'launch') {
    return `launch ${plan.want}${limitWords(plan, definition)}: ${explainFigures(plan.figures, definition)}`;
  }
  const figures = plan.figures === undefined ? '' : `: ${explainFigures(plan.figures, definition)}`;
  return `hold, ${holdWords(plan.reason, definition)}${plan.cause === undefined ? '' : ` (${plan.cause})`}${figures}`;
}

function limitWords(
  { want, limitedBy, figures }: Extract<ProvisionPlan, { kind: 'launch' }>,
  definition: WorkerType,
): string {
  if (limitedBy === 'probe') return ` of ${figures.shortfall}, to see whether workers live again`;
  if (figures.room < want) return ` (only ${figures.room} may be added under maxCapacity ${definition.maxCapacity})`;
  return '';
}

function holdWords(reason: HoldReason, definition: WorkerType): string {
  switch (reason) {
    case 'disabled':
      return 'the worker type is disabled';
    case 'backlog-unknown':
      return 'the queue could not be read, so demand is unknown';
    case 'workers-unknown':
      return 'the instances of a region could not be listed, so supply is unknown';
    case 'satisfied':
      return 'supply meets the target';
    case 'no-room':
      return `nothing more fits under maxCapacity ${definition.maxCapacity}`;
    case 'backing-off':
      return 'EC2 refused the last launch';
    case 'suspended':
      return 'suspended until the definition changes or somebody resumes it';
    case 'paused':
      return 'the worker type is paused';
    case 'workers-die':
      return 'its workers die before they are of use';
    case 'launch-rate':
      return `maxLaunchesPerMinute ${definition.maxLaunchesPerMinute} is reached`;
  }
}

/** `10 pending + 0 claimed = 10, target 10, supply 4 (4 booting)`. */
function explainFigures(figures: ProvisionFigures, definition: WorkerType): string {
  const { pendingTasks, claimedTasks, expectedTasks, wanted, target, supply, capacity } = figures;
  const expected = expectedTasks > 0 ? ` + ${expectedTasks} expected` : '';
  const demand = `${pendingTasks} pending + ${claimedTasks} claimed${expected}`;
  const ratio = definition.scalingRatio > 0 ? ` / ${1 + definition.scalingRatio} = ${wanted}` : ` = ${wanted}`;
  const limit = figures.limitedBy === undefined ? '' : ` (${figures.limitedBy})`;
  const states = Object.entries(capacity)
    .filter(([, tasks]) => tasks > 0)
    .map(([state, tasks]) => `${tasks} ${state}`)
    .join(', ');
  return `${demand}${ratio}, target ${target}${limit}, supply ${supply}${states === '' ? '' : ` (${states})`}`;
}
