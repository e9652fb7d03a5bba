/** Why is nothing, or not enough, launching? The answer for one worker type, on one screen, in plain words. */
import { formatDuration } from './duration-words.ts';
import { explainFormula } from './explain-formula.ts';
import { explainPools, explainPrices } from './explain-pools.ts';
import type { PoolVerdict } from './pool-verdict.ts';
import type { PriceBook } from './price-book.ts';
import type { ProvisionFigures } from './provision-plan.ts';
import { type EpochMillis, secondsBetween } from './units.ts';
import { explainState, type StateFacts } from './way-out.ts';
import type { WorkerType } from './worker-type-schema.ts';

/** What one tick decided, as far as it is explained. */
export interface ExplainedDecision {
  readonly at: EpochMillis;
  readonly definitionVersion: number;
  readonly words: string;
  readonly backlogAgeSeconds?: number;
  readonly figures?: ProvisionFigures;
  readonly attempts: readonly {
    readonly launchId: string;
    readonly words: string;
    readonly refusals: readonly string[];
    readonly requestIds: readonly string[];
  }[];
  readonly shortfall: number;
  readonly shortBecause?: string;
}

/** All that is known of one worker type's launches. */
export interface Explainable extends StateFacts {
  /** Undefined when it is invalid. */
  readonly definition: WorkerType | undefined;
  /** Every pool in every market that the definition uses, judged now. */
  readonly pools: readonly PoolVerdict[];
  readonly prices: PriceBook;
  readonly lastTickAt: EpochMillis | undefined;
  /** When the definition was last checked against the account. */
  readonly checkedAt: EpochMillis | undefined;
  /** Newest first. A tick that decides the same as the one before it, but for figures, leaves no record. */
  readonly decisions: readonly ExplainedDecision[];
}

/** A part of an explanation. */
export interface ExplainedSection {
  readonly heading: string;
  readonly lines: readonly string[];
}

/** Earlier decisions are told in one line each. */
const MAX_CHARS = 140;

/** The explanation in sections; `last` decisions are listed at its end. */
export function explainDecision(facts: Explainable, last: number, now: EpochMillis): ExplainedSection[] {
  const [latest, ...earlier] = facts.decisions;
  const asked = facts.decisions.find(({ attempts }) => attempts.length > 0);
  const then = latest !== undefined && isOutdated(latest, facts) ? `, ${age(latest.at, now)} ago` : '';
  const sections: ExplainedSection[] = [
    { heading: `State: ${facts.state}`, lines: explainState(facts, now) },
    { heading: 'Latest decision', lines: latest === undefined ? [facts.decision] : latestLines(latest, facts, now) },
    { heading: 'Inputs', lines: inputLines(latest, facts, now) },
    { heading: `Formula, in tasks${then}`, lines: formulaLines(latest, facts) },
    { heading: 'Capacity pools now', lines: facts.definition === undefined ? [] : explainPools(facts.pools, now) },
    { heading: askedHeading(asked, now), lines: asked === undefined ? [] : asked.attempts.flatMap(attemptLines) },
    { heading: `Shortfall${then}`, lines: shortfallLines(latest) },
    { heading: 'Earlier decisions', lines: earlier.slice(0, Math.max(0, last - 1)).map((each) => oneLine(each, now)) },
  ];
  return sections.filter(({ lines }) => lines.length > 0);
}

/** Has there been a tick since? */
const isRepeated = ({ at }: ExplainedDecision, { lastTickAt }: Explainable): boolean =>
  lastTickAt !== undefined && secondsBetween(at, lastTickAt) >= 1;

/** Did the last tick say something else, if only in its figures? */
const isOutdated = (latest: ExplainedDecision, facts: Explainable): boolean =>
  isRepeated(latest, facts) && facts.decision !== latest.words;

function latestLines(latest: ExplainedDecision, facts: Explainable, now: EpochMillis) {
  const { words, at, definitionVersion } = latest;
  const { definition, lastTickAt, decision } = facts;
  const same = isRepeated(latest, facts) ? ', and every tick since has decided the same' : '';
  const repeated =
    lastTickAt !== undefined && isOutdated(latest, facts)
      ? `; the last tick, ${age(lastTickAt, now)} ago, said: ${decision}`
      : same;
  const isOlder = definition !== undefined && definition.version !== definitionVersion;
  return [
    words,
    `made ${age(at, now)} ago for version ${definitionVersion}${repeated}`,
    ...(isOlder ? [`the definition is at version ${definition.version} now: the next tick goes by that`] : []),
  ];
}

function inputLines(latest: ExplainedDecision | undefined, facts: Explainable, now: EpochMillis): string[] {
  const { lastTickAt, checkedAt, definition } = facts;
  const reading = latest?.backlogAgeSeconds;
  return [
    lastTickAt === undefined
      ? 'last tick   none yet: is the schedule running?'
      : `last tick   ${age(lastTickAt, now)} ago: queue and workers are read by each tick, a queue that is empty for long perhaps more seldom`,
    ...(latest !== undefined && reading === undefined ? ['queue       was not read, or could not be'] : []),
    ...(reading === undefined ? [] : [`queue       read ${formatDuration(reading)} before the decision`]),
    ...(definition === undefined ? [] : explainPrices(facts.prices, now)),
    checkedAt === undefined
      ? 'check       not checked against the account yet'
      : `check       against the account, ${age(checkedAt, now)} ago`,
  ];
}

function formulaLines(latest: ExplainedDecision | undefined, { definition }: Explainable): string[] {
  if (latest?.figures === undefined) return [];
  const isSame = definition?.version === latest.definitionVersion;
  return explainFormula(latest.figures, isSame ? definition : undefined);
}

const askedHeading = (asked: ExplainedDecision | undefined, now: EpochMillis): string =>
  asked === undefined ? 'Asked of EC2' : `Asked of EC2, ${age(asked.at, now)} ago`;

const attemptLines = ({ launchId, words, refusals, requestIds }: ExplainedDecision['attempts'][number]): string[] => [
  `${words} (launch ${launchId})`,
  ...refusals.map((refusal) => `  EC2 said ${refusal}`),
  ...(requestIds.length === 0 ? [] : [`  request ids: ${requestIds.join(', ')}`]),
];

function shortfallLines(latest: ExplainedDecision | undefined): string[] {
  if (latest === undefined || latest.shortfall === 0) return [];
  const why = latest.shortBecause ?? (latest.attempts.length === 0 ? latest.words : undefined);
  return [`${latest.shortfall} tasks have no capacity yet${why === undefined ? '' : `: ${why}`}`];
}

function oneLine({ at, words }: ExplainedDecision, now: EpochMillis): string {
  const text = words.length <= MAX_CHARS ? words : `${words.slice(0, MAX_CHARS - 3)}...`;
  return `${age(at, now)} ago: ${text}`;
}

const age = (at: EpochMillis, now: EpochMillis): string => formatDuration(secondsBetween(at, now));
