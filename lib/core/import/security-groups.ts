import type { ImportOptions } from './import-options.ts';
import { placeholder } from './import-report.ts';
import type { JsonObject } from './json-object.ts';

/**
 * Ids of the security groups of a merged old launch spec in one region; undefined when it has none. EC2 refuses names
 * beside a subnet (InvalidParameterCombination), and here every launch has one: names become ids, which differ by
 * region, or placeholders where nobody gave the id.
 */
export function securityGroupIdsOf(spec: JsonObject, region: string, options: ImportOptions): unknown[] | undefined {
  const named = listOf(spec['SecurityGroups']).map((name) => idOf(String(name), region, options));
  const ids = [...new Set([...listOf(spec['SecurityGroupIds']), ...named])];
  return ids.length === 0 ? undefined : ids;
}

function idOf(name: string, region: string, { securityGroups }: ImportOptions): string {
  const key = `${region}/${name}`;
  return (
    securityGroups.get(key) ??
    placeholder(`id of the security group "${name}" in ${region}`, `--security-group ${key}=sg-...`)
  );
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
