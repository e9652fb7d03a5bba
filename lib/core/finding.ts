/** Something that a check against the account found: see `doctor`. */
export interface Finding {
  /** `error`: launches that it concerns would fail. `warning`: they would work, but not as one may think. */
  readonly severity: 'error' | 'warning';
  /** Field path in the definition, such as `regions[0].zones[1].subnetId`. */
  readonly path: string;
  readonly region: string;
  /** The value that was looked up. */
  readonly value: string;
  readonly message: string;
  /** Pools that cannot be launched for it, as `subnetId/instanceType`; empty: none, or the finding concerns no pool. */
  readonly pools: readonly string[];
}

/** The last check of one worker type. */
export interface CheckReport {
  readonly workerType: string;
  readonly definitionVersion: number;
  /** Epoch milliseconds. */
  readonly checkedAt: number;
  readonly findings: readonly Finding[];
  /** Facts that could not be looked up, in words. Unknown is no finding: nothing is held for it. */
  readonly unknown: readonly string[];
}
