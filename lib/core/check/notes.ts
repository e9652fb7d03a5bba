import type { Finding } from '../finding.ts';
import type { Fact } from './account-facts.ts';
import type { PlacedPool } from './placed-pools.ts';

/** What one look at one thing led to. */
export type Note =
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'unknown'; readonly words: string };

/** The answer of a check. */
export interface CheckResult {
  readonly findings: readonly Finding[];
  /** Facts that could not be looked up, in words. */
  readonly unknown: readonly string[];
}

/** Notes about a fact when it is known, else a note that it is not. */
export function about<Value>(
  fact: Fact<Value> | undefined,
  what: string,
  judge: (value: Value) => readonly Note[],
): readonly Note[] {
  if (fact?.kind === 'known') return judge(fact.value);
  return [{ kind: 'unknown', words: `${what}: ${fact?.reason ?? 'was not looked up'}` }];
}

/** The value of a fact, undefined when it is not known. */
export const ifKnown = <Value>(fact: Fact<Value> | undefined): Value | undefined =>
  fact?.kind === 'known' ? fact.value : undefined;

type PoolFinding = Pick<Finding, 'path' | 'value' | 'message'> & { readonly severity?: Finding['severity'] };

/** A finding for which the pool cannot be launched. */
export const poolFails = (pool: PlacedPool, { severity = 'error', ...finding }: PoolFinding): Note => ({
  kind: 'finding',
  finding: { severity, region: pool.region, pools: [pool.name], ...finding },
});

/** A warning about a pool that can be launched. */
export const poolWarning = (pool: Pick<PlacedPool, 'region'>, finding: Omit<PoolFinding, 'severity'>): Note => ({
  kind: 'finding',
  finding: { severity: 'warning', region: pool.region, pools: [], ...finding },
});

/** All notes as one result: the same finding of several pools is one finding that names them all. */
export function resultOf(notes: readonly Note[]): CheckResult {
  const findings = notes.flatMap((note) => (note.kind === 'finding' ? [note.finding] : []));
  const alike = Map.groupBy(findings, ({ pools: _pools, ...same }) => JSON.stringify(Object.entries(same).sort()));
  return {
    findings: [...alike.values()].flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      return [{ ...first, pools: [...new Set(group.flatMap(({ pools }) => pools))] }];
    }),
    unknown: [...new Set(notes.flatMap((note) => (note.kind === 'unknown' ? [note.words] : [])))],
  };
}
