import { formatDuration } from './duration-words.ts';
import type { LaunchHold } from './launch-hold.ts';
import { describeProblem, type Problem } from './problem.ts';
import { type EpochMillis, secondsBetween } from './units.ts';
import type { WorkerTypeState } from './worker-type-state.ts';

/** `new`: no tick has looked at it as it is now. */
export type ExplainedState = WorkerTypeState | 'new';

/** What a state is about. */
export interface StateFacts {
  readonly workerType: string;
  readonly state: ExplainedState;
  /** What the last tick said. */
  readonly decision: string;
  readonly hold?: LaunchHold | undefined;
  /** In force now. */
  readonly pause?:
    | { readonly note: string; readonly by: string; readonly at: EpochMillis; readonly until?: EpochMillis }
    | undefined;
  readonly problems?: readonly Problem[];
}

/** The state in plain words, then the way out of it where there is one. */
export function explainState(facts: StateFacts, now: EpochMillis): string[] {
  const { workerType, hold, pause, problems = [], decision } = facts;
  const resume = `provisioner resume ${workerType}`;
  switch (facts.state) {
    case 'new':
      return [
        'No tick has looked at it as it is now.',
        'Way out: wait for the next tick, or run one: provisioner tick',
      ];
    case 'ok':
      return ['Nothing holds it back.'];
    case 'disabled':
      return ['Its definition says "enabled": false.', 'Way out: set it to true and apply the definition.'];
    case 'invalid':
      return [
        'Its definition cannot be read, so nothing is launched for it; its workers are left alone.',
        ...problems.map((problem) => `  ${describeProblem(problem)}`),
        'Way out: mend these fields.',
      ];
    case 'paused':
      return [pauseInWords(pause, now), `Way out: ${resume}`];
    case 'backlog-unknown':
      return [
        'A queue could not be read, so demand is unknown: nothing is launched and nothing is ended.',
        'Way out: each tick tries again. Do the queues of queueUrls exist, and may the provisioner read them?',
      ];
    case 'workers-unknown':
      return [
        'The instances of a region could not be listed, so supply is unknown and nothing is launched.',
        'Way out: each tick tries again. Does EC2 answer there, and may the provisioner list instances?',
      ];
    case 'backing-off': {
      const rest = hold?.until === undefined ? undefined : formatDuration(secondsBetween(now, hold.until));
      const wait = rest === undefined ? 'It waits' : `It waits another ${rest}`;
      return [
        `${wait}, because EC2 refused: ${hold?.reason ?? decision}`,
        `Way out: wait, change the definition, or ${resume}`,
      ];
    }
    case 'suspended':
      return [
        `Suspended ${ago(hold, now)}, because EC2 refused: ${hold?.reason ?? decision}`,
        `Way out: mend the definition (a changed one is tried at once), or mend the account and ${resume}`,
      ];
    case 'workers-die':
      return [
        'Its workers end by themselves before they are of use, so no more of them are launched.',
        'Way out: mend the image or the start of the worker. One worker at a time is tried; when one lives, all goes on.' +
          ` ${resume} launches without waiting for that.`,
      ];
    case 'short':
      return [
        'Less was launched than is wanted; the shortfall below says why.',
        'Way out: pools that are cooling down are tried again by themselves; more instance types, zones or regions help.',
      ];
    case 'unanswered':
      return ['EC2 did not answer a launch request.', 'Way out: the next tick repeats it; it launches nothing twice.'];
    case 'failed':
      return [`Its turn failed: ${decision}`, 'Way out: each tick tries again.'];
  }
}

const ago = (hold: LaunchHold | undefined, now: EpochMillis): string =>
  hold === undefined ? 'by an earlier tick' : `${formatDuration(secondsBetween(hold.since, now))} ago`;

function pauseInWords(pause: StateFacts['pause'], now: EpochMillis): string {
  if (pause === undefined) return 'It is paused.';
  const { by, at, until, note } = pause;
  const end =
    until === undefined ? 'until somebody resumes it' : `for another ${formatDuration(secondsBetween(now, until))}`;
  return `Paused by ${by} ${formatDuration(secondsBetween(at, now))} ago, ${end}: ${note}`;
}
