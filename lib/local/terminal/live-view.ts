import pc from 'picocolors';
import sliceAnsi from 'slice-ansi';
import type { WorkerTypeStatus } from '../../control/status.ts';
import type { BacklogReading } from '../../core/backlog.ts';
import type { InstanceRecord } from '../ec2/instance-record.ts';

/** All that the live view shows at one moment. */
export interface LiveView {
  readonly provisionerId: string;
  readonly nowMs: number;
  readonly backlog: BacklogReading;
  readonly statuses: readonly WorkerTypeStatus[];
  readonly instances: readonly InstanceRecord[];
  readonly tasksOf: (instanceId: string) => { readonly running: number; readonly finished: number };
  readonly finishedTasks: number;
  readonly hint: string;
}

const MAX_WORKERS = 12;

/** The live view as lines for a terminal of the given width. */
export function renderLive(view: LiveView, columns: number): string {
  const lines = [
    pc.bold(`Spot Provisioner, local mode`) + pc.dim(`  provisioner "${view.provisionerId}"  ${view.hint}`),
    '',
    `${backlogWords(view.backlog)}  ${pc.bold(String(view.finishedTasks))} finished`,
    ...view.statuses.map((status) => `${pc.cyan(status.workerType)}  ${stateWord(status)}  ${status.decision}`),
    '',
    ...workerLines(view),
  ];
  return lines.map((line) => sliceAnsi(line, 0, columns)).join('\n');
}

const backlogWords = (backlog: BacklogReading): string =>
  backlog.kind === 'known'
    ? `${pc.bold(String(backlog.pendingTasks))} pending  ${pc.bold(String(backlog.claimedTasks))} claimed`
    : pc.red(`queue unreadable: ${backlog.reason}`);

const stateWord = ({ state }: WorkerTypeStatus): string => (state === 'ok' ? pc.green(state) : pc.yellow(state));

function workerLines({ instances, nowMs, tasksOf }: LiveView): string[] {
  const present = instances.filter(({ state }) => state !== 'terminated');
  if (present.length === 0) return [pc.dim('no workers')];
  const rows = present.slice(0, MAX_WORKERS).map((instance) => {
    const { running, finished } = tasksOf(instance.instanceId);
    const age = `${Math.round((nowMs - instance.launchedAt) / 1000)} s`.padStart(6);
    const work = instance.state === 'running' ? `${running} running, ${finished} done` : '';
    return `${instance.instanceId}  ${instance.instanceType.padEnd(11)} ${instance.zone}  ${instance.market}  ${instance.state.padEnd(13)} ${age}  ${work}`;
  });
  const more = present.length - MAX_WORKERS;
  return more > 0 ? [...rows, pc.dim(`and ${more} more workers`)] : rows;
}
