import type { ProvisionFigures } from './provision-plan.ts';
import type { WorkerType } from './worker-type-schema.ts';

type Limits = Pick<WorkerType, 'minCapacity' | 'maxCapacity' | 'scalingRatio'>;

/**
 * Each step from the tasks of the queue to the tasks that capacity is launched for, with each limit that bound.
 *
 * @param limits of the definition that the figures were made with; undefined when it is another one now
 */
export function explainFormula(figures: ProvisionFigures, limits: Limits | undefined): string[] {
  const { pendingTasks, claimedTasks, expectedTasks, demand, wanted, target, limitedBy } = figures;
  const ratio = limits?.scalingRatio;
  const divided =
    ratio === undefined || ratio === 0
      ? `wanted    ${wanted}`
      : `wanted    ${demand} / (1 + scalingRatio ${ratio}), rounded up = ${wanted}`;
  const bound = limitedBy === undefined ? '' : `, because of ${limitedBy}`;
  const range = limits === undefined ? '' : ` (minCapacity ${limits.minCapacity}, maxCapacity ${limits.maxCapacity})`;
  return [
    `demand    ${pendingTasks} pending + ${claimedTasks} claimed + ${expectedTasks} expected = ${demand} tasks`,
    divided,
    `target    ${target}${bound}${range}`,
    ...supplyLines(figures),
    ...roomLines(figures, limits),
  ];
}

function supplyLines({ capacity, supply, shortfall, surplus, target }: ProvisionFigures): string[] {
  const { launching, booting, running, draining, stopping, halted } = capacity;
  const leaving = draining + stopping + halted;
  const aside = leaving === 0 ? '' : `; ${draining} draining, ${stopping} stopping and ${halted} halted do not count`;
  return [
    `supply    ${launching} launching + ${booting} booting + ${running} running = ${supply}${aside}`,
    surplus > 0
      ? `surplus   ${supply} - ${target} = ${surplus}: nothing is missing, workers leave when they are idle`
      : `missing   ${target} - ${supply} = ${shortfall}`,
  ];
}

function roomLines({ shortfall, room }: ProvisionFigures, limits: Limits | undefined): string[] {
  if (shortfall === 0) return [];
  const under = limits === undefined ? 'maxCapacity' : `maxCapacity ${limits.maxCapacity}`;
  return [
    room < shortfall
      ? `room      ${room} may be added under ${under}, which binds: everything that is not gone counts`
      : `room      ${room} may be added under ${under}, which is enough`,
  ];
}
