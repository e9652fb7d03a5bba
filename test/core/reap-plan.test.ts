import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planReap } from '../../lib/core/reap-plan.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import type { ParsedWorkerType } from '../../lib/core/worker-type-schema.ts';
import { aDefinition, aWorker, NOW } from '../support/builders.ts';

const HOUR = 3600;
const policy = { defaultMaxLifetimeSeconds: 96 * HOUR };
const valid: ParsedWorkerType = {
  kind: 'valid',
  definition: aDefinition({ idleTimeoutSeconds: 60, maxUptimeSeconds: HOUR, maxLifetimeSeconds: 2 * HOUR }),
};
const invalid: ParsedWorkerType = { kind: 'invalid', problems: [{ path: '', message: 'junk' }] };
const definitions = new Map<string, ParsedWorkerType>([
  ['build', valid],
  ['broken', invalid],
]);
const launchedAgo = (hours: number) => ({ launchedAt: secondsAfter(NOW, -hours * HOUR) });

describe('the reap plan', () => {
  it.each`
    fact                                                            | worker                                                                            | kind         | reason
    ${'a worker older than its type allows is reaped'}              | ${launchedAgo(2.1)}                                                               | ${'reap'}    | ${'too-old'}
    ${'a worker within its lifetime is kept'}                       | ${launchedAgo(1.9)}                                                               | ${'keep'}    | ${'within-lifetime'}
    ${'the limit itself is still allowed'}                          | ${launchedAgo(2)}                                                                 | ${'keep'}    | ${'within-lifetime'}
    ${'a busy worker past the limit is reaped all the same'}        | ${{ ...launchedAgo(3), state: 'draining' }}                                       | ${'reap'}    | ${'too-old'}
    ${'an instance halted by somebody does not escape its limit'}   | ${{ ...launchedAgo(3), state: 'halted' }}                                         | ${'reap'}    | ${'too-old'}
    ${'a worker that is being terminated is not reaped again'}      | ${{ ...launchedAgo(3), state: 'stopping' }}                                       | ${'keep'}    | ${'already-gone'}
    ${'no worker lives longer than any definition could allow'}     | ${{ ...launchedAgo(721), workerType: 'broken' }}                                  | ${'reap'}    | ${'too-old'}
    ${'a deleted type leaves its workers what they were promised'}  | ${{ ...launchedAgo(97), workerType: 'deleted', maxLifetimeSeconds: 100 * HOUR }}  | ${'keep'}    | ${'within-lifetime'}
    ${'and no more'}                                                | ${{ ...launchedAgo(101), workerType: 'deleted', maxLifetimeSeconds: 100 * HOUR }} | ${'reap'}    | ${'too-old'}
    ${'a worker that is gone is left alone'}                        | ${{ ...launchedAgo(300), state: 'stopped' }}                                      | ${'keep'}    | ${'already-gone'}
    ${'a worker without a known age is no evidence'}                | ${{ launchedAt: undefined }}                                                      | ${'unknown'} | ${'age-unknown'}
    ${'workers of an invalid definition are left alone'}            | ${{ ...launchedAgo(300), workerType: 'broken' }}                                  | ${'unknown'} | ${'definition-invalid'}
    ${'workers of a deleted type live on within the default limit'} | ${{ ...launchedAgo(95), workerType: 'deleted' }}                                  | ${'keep'}    | ${'within-lifetime'}
    ${'workers of a deleted type end at the default limit'}         | ${{ ...launchedAgo(97), workerType: 'deleted' }}                                  | ${'reap'}    | ${'too-old'}
    ${'an instance with our tag and no type ends at the default'}   | ${{ ...launchedAgo(97), workerType: undefined }}                                  | ${'reap'}    | ${'too-old'}
  `('$fact', ({ worker, kind, reason }) => {
    expect(planReap([aWorker(worker)], definitions, policy, NOW)).toMatchObject([{ kind, reason }]);
  });

  it('gives every worker exactly one verdict and reaps only on proof of age', () => {
    const worker = fc.record({
      state: fc.constantFrom('booting', 'running', 'draining', 'stopping', 'halted', 'stopped'),
      workerType: fc.constantFrom('build', 'broken', 'deleted', undefined),
      ageSeconds: fc.option(fc.integer({ min: -3600, max: 200 * HOUR }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(worker, { maxLength: 20 }), (specs) => {
        const workers = specs.map(({ ageSeconds, ...rest }) =>
          aWorker({ ...rest, launchedAt: ageSeconds === undefined ? undefined : secondsAfter(NOW, -ageSeconds) }),
        );
        const verdicts = planReap(workers, definitions, policy, NOW);
        expect(verdicts.map(({ worker: judged }) => judged.workerId)).toEqual(workers.map(({ workerId }) => workerId));
        verdicts.forEach((verdict, index) => {
          const spec = specs[index];
          if (verdict.kind !== 'reap') return;
          const limit = spec?.workerType === 'build' ? 2 * HOUR : 96 * HOUR;
          expect(spec?.ageSeconds).toBeGreaterThan(limit);
          expect(spec?.workerType).not.toBe('broken');
          expect(['stopping', 'stopped']).not.toContain(spec?.state);
        });
      }),
      { numRuns: 2000 },
    );
  });
});
