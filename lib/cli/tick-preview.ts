import { observe } from '../control/observe.ts';
import type { LaunchOrder, LaunchPreview } from '../control/ports.ts';
import { planWorkerType } from '../control/turns.ts';
import { explainPlan } from '../core/explain-plan.ts';
import type { Problem } from '../core/problem.ts';
import { describeProblems } from '../core/problem.ts';
import type { ProvisionPlan } from '../core/provision-plan.ts';
import type { CliPorts } from './ports.ts';

/** The plan for one worker type, and what would be sent to EC2 for it. */
export interface WorkerTypePreview {
  readonly workerType: string;
  /** `invalid`: the definition cannot be read, nothing is planned. */
  readonly kind: ProvisionPlan['kind'] | 'invalid';
  readonly decision: string;
  readonly plan?: ProvisionPlan;
  readonly problems?: readonly Problem[];
  readonly requests: ReturnType<CliPorts['launchPreview']['requestsFor']>;
}

/** An order whose answer never came: a tick repeats it first. */
interface OpenLaunchPreview {
  readonly launchId: string;
  readonly workerType: string;
  readonly targetCapacity: number;
}

/** What a tick would do, if it began now. */
export interface TickPreview {
  readonly openLaunches: readonly OpenLaunchPreview[];
  readonly workerTypes: readonly WorkerTypePreview[];
}

/** Stands in for the id that a tick makes of its own time and lease. */
const PREVIEW_LAUNCH_ID = 'preview';

/** Observes and plans as a tick does, by the same functions; writes nothing and takes no lease. */
export async function previewTick(ports: CliPorts): Promise<TickPreview> {
  const seen = await observe(ports);
  const openLaunches = seen.launches
    .filter(({ state }) => state === 'open')
    .map(({ order }) => ({
      launchId: order.launchId,
      workerType: order.definition.workerType,
      targetCapacity: order.targetCapacity,
    }));
  const workerTypes = seen.definitions.map(({ workerType, parsed }): WorkerTypePreview => {
    if (parsed.kind === 'invalid') {
      const decision = `hold, the definition is invalid: ${describeProblems(parsed.problems)}`;
      return { workerType, kind: 'invalid', decision, problems: parsed.problems, requests: [] };
    }
    const { definition } = parsed;
    const plan = planWorkerType(definition, seen);
    const decision = explainPlan(plan, definition);
    if (plan.kind === 'hold') return { workerType, kind: plan.kind, decision, plan, requests: [] };
    const order = { launchId: PREVIEW_LAUNCH_ID, definition, ...plan.order };
    return { workerType, kind: plan.kind, plan, ...requestsFor(order, decision, ports.launchPreview) };
  });
  return { openLaunches, workerTypes };
}

/** Requests that cannot be built (user data too long) are news about one type, not the end of the preview. */
function requestsFor(order: LaunchOrder, decision: string, launchPreview: LaunchPreview) {
  try {
    return { decision, requests: launchPreview.requestsFor(order) };
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return { decision: `${decision}; but the request cannot be built: ${cause}`, requests: [] };
  }
}
