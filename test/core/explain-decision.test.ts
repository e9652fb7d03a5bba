import { describe, expect, it } from 'vitest';
import { type Explainable, type ExplainedDecision, explainDecision } from '../../lib/core/explain-decision.ts';
import { explainFormula } from '../../lib/core/explain-formula.ts';
import type { PoolVerdict } from '../../lib/core/pool-verdict.ts';
import type { ProvisionFigures } from '../../lib/core/provision-plan.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { type ExplainedState, explainState } from '../../lib/core/way-out.ts';
import { aDefinition, NOW } from '../support/builders.ts';

const NOTHING = { launching: 0, booting: 0, running: 0, draining: 0, stopping: 0, halted: 0 };

const someFigures = (changes: Partial<ProvisionFigures> = {}): ProvisionFigures => ({
  pendingTasks: 10,
  claimedTasks: 2,
  expectedTasks: 0,
  demand: 12,
  wanted: 12,
  target: 12,
  limitedBy: undefined,
  capacity: { ...NOTHING, booting: 1, running: 3 },
  supply: 4,
  shortfall: 8,
  surplus: 0,
  room: 96,
  ...changes,
});

const aDecision = (changes: Partial<ExplainedDecision> = {}): ExplainedDecision => ({
  at: secondsAfter(NOW, -30),
  definitionVersion: 1,
  words: 'launch 8: ...',
  backlogAgeSeconds: 0,
  figures: someFigures(),
  attempts: [],
  shortfall: 8,
  ...changes,
});

const someFacts = (changes: Partial<Explainable> = {}): Explainable => ({
  workerType: 'build',
  state: 'short',
  decision: 'launch 8: ...',
  definition: aDefinition(),
  pools: [],
  prices: [],
  lastTickAt: secondsAfter(NOW, -5),
  checkedAt: undefined,
  decisions: [aDecision()],
  ...changes,
});

/** `heading: line` for each line. */
const told = (facts: Explainable, last = 5): string[] =>
  explainDecision(facts, last, NOW).flatMap(({ heading, lines }) => lines.map((line) => `${heading}: ${line}`));

const aVerdict = (zone: string, changes: Partial<PoolVerdict> = {}): PoolVerdict => ({
  pool: {
    region: 'us-east-1',
    availabilityZone: `us-east-1${zone}`,
    subnetId: `subnet-${zone}`,
    instanceType: 'c7g.large',
    capacity: 1,
    utility: 2,
    weight: 1,
    launchSpec: {},
    userData: {},
  },
  market: 'spot',
  priceUsdPerHour: undefined,
  ceilingUsdPerHour: undefined,
  ...changes,
});

const hold = { since: secondsAfter(NOW, -60), class: 'unknown', reason: 'Strange', definitionKey: '' } as const;
const pause = { by: 'ann', note: 'broken', at: secondsAfter(NOW, -60) };

describe('the state of a worker type, with the way out', () => {
  it.each<[ExplainedState, Partial<Explainable>, string, string | undefined]>([
    ['new', {}, 'No tick has looked at it as it is now.', 'provisioner tick'],
    ['ok', {}, 'Nothing holds it back.', undefined],
    ['disabled', {}, 'Its definition says "enabled": false.', 'set it to true'],
    [
      'invalid',
      { problems: [{ path: 'maxCapacity', message: 'is missing' }] },
      'maxCapacity: is missing',
      'mend these',
    ],
    ['paused', { pause }, 'Paused by ann 1 min ago, until somebody resumes it: broken', 'provisioner resume build'],
    ['paused', { pause: { ...pause, until: secondsAfter(NOW, 3600) } }, 'for another 1 h: broken', 'resume build'],
    ['backlog-unknown', {}, 'demand is unknown', 'Do the queues of queueUrls exist'],
    ['workers-unknown', {}, 'supply is unknown', 'Does EC2 answer there'],
    [
      'backing-off',
      { hold: { ...hold, until: secondsAfter(NOW, 240) } },
      'It waits another 4 min, because EC2 refused: Strange',
      'wait, change the definition, or provisioner resume build',
    ],
    ['suspended', { hold }, 'Suspended 1 min ago, because EC2 refused: Strange', 'provisioner resume build'],
    ['workers-die', {}, 'end by themselves before they are of use', 'mend the image'],
    ['short', {}, 'Less was launched than is wanted', 'more instance types, zones or regions'],
    ['unanswered', {}, 'EC2 did not answer', 'the next tick repeats it'],
    ['failed', { decision: 'failed: no table' }, 'failed: no table', 'each tick tries again'],
  ])('is told for %s %j', (state, changes, what, wayOut) => {
    const lines = explainState(someFacts({ state, ...changes }), NOW);
    expect(lines.join('\n')).toContain(what);
    const last = lines.at(-1) ?? '';
    if (wayOut === undefined) expect(last).not.toContain('Way out');
    else expect(last).toMatch(/^Way out: /);
    expect(last).toContain(wayOut ?? '');
  });
});

describe('the steps of the formula', () => {
  const limits = { minCapacity: 0, maxCapacity: 100, scalingRatio: 0 };

  it('are demand, wanted, target, supply, what is missing, and room', () => {
    expect(explainFormula(someFigures(), limits)).toEqual([
      'demand    10 pending + 2 claimed + 0 expected = 12 tasks',
      'wanted    12',
      'target    12 (minCapacity 0, maxCapacity 100)',
      'supply    0 launching + 1 booting + 3 running = 4',
      'missing   12 - 4 = 8',
      'room      96 may be added under maxCapacity 100, which is enough',
    ]);
  });

  it.each([
    ['scalingRatio', { wanted: 8 }, { scalingRatio: 0.5 }, 'wanted    12 / (1 + scalingRatio 0.5), rounded up = 8'],
    ['maxCapacity', { target: 5, limitedBy: 'maxCapacity' }, { maxCapacity: 5 }, 'target    5, because of maxCapacity'],
    ['minCapacity', { target: 20, limitedBy: 'minCapacity' }, {}, 'target    20, because of minCapacity'],
    ['room', { room: 2 }, {}, 'room      2 may be added under maxCapacity 100, which binds'],
    ['surplus', { target: 1, shortfall: 0, surplus: 3 }, {}, 'surplus   4 - 1 = 3: nothing is missing'],
    [
      'leaving workers',
      { capacity: { ...NOTHING, running: 4, stopping: 2 } },
      {},
      '= 4; 0 draining, 2 stopping and 0 halted do not count',
    ],
  ] as const)('name %s where it counts', (_name, figures, changed, line) => {
    expect(explainFormula(someFigures(figures), { ...limits, ...changed }).join('\n')).toContain(line);
  });

  it('leave out the limits of a definition that has changed since', () => {
    const lines = told(someFacts({ definition: aDefinition({ version: 2 }) }));
    expect(lines).toContain('Latest decision: the definition is at version 2 now: the next tick goes by that');
    expect(lines).toContain('Formula, in tasks: target    12');
  });
});

describe('a decision trace', () => {
  it('tells inputs with their age', () => {
    const prices = [
      { region: 'us-east-1', platform: 'linux', readAt: secondsAfter(NOW, -180), usdPerHour: { 'a/b': 1 } },
    ] as const;
    const lines = told(someFacts({ prices, checkedAt: secondsAfter(NOW, -3600) }));
    expect(lines).toEqual(
      expect.arrayContaining([
        'Inputs: last tick   5 s ago: queue and workers are read by each tick, a queue that is empty for long perhaps more seldom',
        'Inputs: queue       read 0 s before the decision',
        'Inputs: prices      us-east-1 linux: 1 price, read 3 min ago',
        'Inputs: check       against the account, 1 h ago',
        'Latest decision: made 30 s ago for version 1, and every tick since has decided the same',
      ]),
    );
  });

  it('tells the words of the last tick where only figures have changed, and how old the kept ones are', () => {
    const lines = told(someFacts({ decision: 'launch 9: ...', decisions: [aDecision({ shortBecause: 'dry' })] }));
    expect(lines).toEqual(
      expect.arrayContaining([
        'Latest decision: launch 8: ...',
        'Latest decision: made 30 s ago for version 1; the last tick, 5 s ago, said: launch 9: ...',
        'Formula, in tasks, 30 s ago: target    12 (minCapacity 0, maxCapacity 100)',
        'Shortfall, 30 s ago: 8 tasks have no capacity yet: dry',
      ]),
    );
  });

  it('names what was not read', () => {
    const { backlogAgeSeconds: _read, ...unread } = aDecision();
    const lines = told(someFacts({ decisions: [unread], lastTickAt: undefined }));
    expect(lines).toContain('Inputs: last tick   none yet: is the schedule running?');
    expect(lines).toContain('Inputs: queue       was not read, or could not be');
    expect(lines).toContain('Inputs: prices      none are known; EC2 still keeps to the ceilings');
    expect(lines).toContain('Inputs: check       not checked against the account yet');
  });

  it('names candidates with their prices, and why each rejected one is, alike ones together, with expiry', () => {
    const dry = { reason: 'cooling-down', words: 'EC2 said Dry', until: secondsAfter(NOW, 120) } as const;
    const pools = [
      aVerdict('a', { priceUsdPerHour: 0.1 }),
      aVerdict('b', { rejected: dry }),
      aVerdict('c', { rejected: dry }),
      aVerdict('d', { rejected: { reason: 'paused', words: 'its weight is 0' } }),
    ];
    expect(told(someFacts({ pools })).filter((line) => line.startsWith('Capacity pools now'))).toEqual([
      'Capacity pools now: 1 of 4 pools can be used',
      'Capacity pools now: use   us-east-1a/c7g.large spot: 0.1 USD an hour, 0.05 USD by utility',
      'Capacity pools now: not   us-east-1b/c7g.large spot, us-east-1c/c7g.large spot: EC2 said Dry, for another 2 min',
      'Capacity pools now: not   us-east-1d/c7g.large spot: its weight is 0',
    ]);
  });

  it('stays on one screen with a thousand pools', () => {
    const pools = Array.from({ length: 1000 }, (_, index) => aVerdict(`${index}`));
    expect(told(someFacts({ pools })).length).toBeLessThan(30);
  });

  it('tells what was asked of EC2 and what it said, with request ids, also when later ticks asked nothing', () => {
    const attempt = {
      launchId: 'l-1',
      words: 'us-east-1 spot: asked 8, launched 0',
      refusals: ['quota: Max'],
      requestIds: ['r1'],
    };
    const decisions = [
      aDecision({ words: 'hold, suspended' }),
      aDecision({ at: secondsAfter(NOW, -90), attempts: [attempt] }),
    ];
    expect(told(someFacts({ decisions })).filter((line) => line.startsWith('Asked'))).toEqual([
      'Asked of EC2, 1 min ago: us-east-1 spot: asked 8, launched 0 (launch l-1)',
      'Asked of EC2, 1 min ago:   EC2 said quota: Max',
      'Asked of EC2, 1 min ago:   request ids: r1',
    ]);
  });

  it.each([
    ['with the reason', { shortBecause: 'no pool can be used' }, ['8 tasks have no capacity yet: no pool can be used']],
    ['by the decision, where nothing was asked', { words: 'hold' }, ['8 tasks have no capacity yet: hold']],
    ['not at all when there is none', { shortfall: 0 }, []],
  ])('tells the shortfall %s', (_how, changes, lines) => {
    const facts = someFacts({ decisions: [aDecision(changes)] });
    const found = explainDecision(facts, 1, NOW).find(({ heading }) => heading.startsWith('Shortfall'))?.lines ?? [];
    expect(found).toEqual(lines);
  });

  it('lists as many earlier decisions as are wanted, the latest one counted', () => {
    const decisions = [1, 2, 3, 4].map((index) =>
      aDecision({ at: secondsAfter(NOW, -60 * index), words: `w${index}` }),
    );
    const earlier = (last: number) =>
      told(someFacts({ decisions }), last).filter((line) => line.startsWith('Earlier decisions'));
    expect(earlier(3)).toEqual(['Earlier decisions: 2 min ago: w2', 'Earlier decisions: 3 min ago: w3']);
    expect(earlier(1)).toEqual([]);
  });

  it('says that no tick has decided yet', () => {
    const lines = told(someFacts({ state: 'new', decision: 'no tick has seen it yet', decisions: [] }));
    expect(lines).toContain('Latest decision: no tick has seen it yet');
  });
});
