import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { permissionRows } from './permission-rows.ts';
import { onlyTemplate, synthesize } from './synthesized.ts';

/** Commands that IAM knows under another name, or that are checked as several actions. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  TransactWriteItems: ['PutItem', 'ConditionCheckItem'],
};

/** Services whose name in IAM is another than the SDK's. */
const SERVICES: Readonly<Record<string, string>> = { 'service-quotas': 'servicequotas', eventbridge: 'events' };

/** The sources of a handler: its file and all that it imports of ours, by URL. */
function sourcesOf(entry: URL, known = new Map<string, string>()): Map<string, string> {
  if (known.has(entry.href)) return known;
  const source = readFileSync(entry, 'utf8');
  known.set(entry.href, source);
  for (const [, path = ''] of source.matchAll(/ from '(\.[^']+)'/g)) sourcesOf(new URL(path, entry), known);
  return known;
}

/** `[service, command]` of every SDK command that a handler can send, pages included. */
function commandsOf(handler: string): [service: string, command: string][] {
  const sources = sourcesOf(new URL(`../../lambdas/${handler}.ts`, import.meta.url));
  return [...sources.values()].flatMap((source) =>
    [...source.matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-([\w-]+)'/g)].flatMap(
      ([, names = '', service = '']) =>
        [...names.matchAll(/\b(?:(\w+)Command|paginate(\w+))\b/g)].map(([, command, paged]): [string, string] => [
          SERVICES[service] ?? service,
          command ?? paged ?? '',
        ]),
    ),
  );
}

it('every command that a handler can send is allowed to one of the functions', () => {
  const rows = permissionRows('main', onlyTemplate(synthesize()));
  const allowed = new Set(
    rows
      .filter(({ who, wanted }) => wanted === 'allow' && (who === 'provision' || who === 'reap' || who === 'check'))
      .map(({ action }) => action),
  );
  const needed = ['provision', 'reap', 'check']
    .flatMap(commandsOf)
    .flatMap(([service, command]) => (ACTIONS[command] ?? [command]).map((action) => `${service}:${action}`));
  expect(needed).toContain('ec2:CreateFleet');
  expect(needed.filter((action) => !allowed.has(action))).toEqual([]);
});
