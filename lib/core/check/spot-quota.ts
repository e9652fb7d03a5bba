/** The classes of instance families that share a quota of spot vCPUs in a region. */
export type SpotQuotaClass = 'standard' | 'f' | 'g-vt' | 'p' | 'p5' | 'inf' | 'trn' | 'dl' | 'x';

interface SpotQuota {
  /** Quota code in Service Quotas, service code `ec2`. */
  readonly code: string;
  readonly name: string;
  /** Matches instance types of the class. */
  readonly pattern: RegExp;
}

/** Source: "Spot Instance quotas" of the EC2 user guide; the codes as Service Quotas lists them. */
export const spotQuotas: Readonly<Record<SpotQuotaClass, SpotQuota>> = {
  standard: {
    code: 'L-34B43A08',
    name: 'All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests',
    pattern: /^(a|c|d|h|i|im|is|m|r|t|z)\d/,
  },
  f: { code: 'L-88CF9481', name: 'All F Spot Instance Requests', pattern: /^f\d/ },
  'g-vt': { code: 'L-3819A6DF', name: 'All G and VT Spot Instance Requests', pattern: /^(g|gr|vt)\d/ },
  p: { code: 'L-7212CCBC', name: 'All P4, P3 and P2 Spot Instance Requests', pattern: /^p[2-4]/ },
  p5: { code: 'L-C4BD4855', name: 'All P5 Spot Instance Requests', pattern: /^p5/ },
  inf: { code: 'L-B5D1601B', name: 'All Inf Spot Instance Requests', pattern: /^inf\d/ },
  trn: { code: 'L-6B0D517C', name: 'All Trn Spot Instance Requests', pattern: /^trn\d/ },
  dl: { code: 'L-85EED4F7', name: 'All DL Spot Instance Requests', pattern: /^dl\d/ },
  x: { code: 'L-E3A00192', name: 'All X Spot Instance Requests', pattern: /^x\d/ },
};

/** The class of an instance type; undefined for families whose quota is not known here (HPC, high memory, new ones). */
export function spotQuotaClass(instanceType: string): SpotQuotaClass | undefined {
  const classes = Object.keys(spotQuotas) as SpotQuotaClass[];
  return classes.find((each) => spotQuotas[each].pattern.test(instanceType));
}
