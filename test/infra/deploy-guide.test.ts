import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { fromItem } from '../../lib/aws/dynamo-tables.ts';
import { taskSchema } from '../../lib/core/task-schema.ts';
import { parseWorkerType } from '../../lib/core/worker-type-schema.ts';
import { readInfraSettings } from '../../lib/infra/settings.ts';
import { onlyTemplate, synthesize } from './synthesized.ts';

const guide = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8');

/** The first code block of a language. */
function block(language: string): string {
  const [, code = ''] = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(guide) ?? [];
  return code;
}

it('the worker type of the guide is valid, and the same as YAML and as an item of the table', () => {
  const document: unknown = parse(block('yaml'));
  const item: unknown = fromItem(JSON.parse(block('json')) as Parameters<typeof fromItem>[0]);
  const parsed = parseWorkerType(document);
  expect(parsed).toMatchObject({ kind: 'valid', definition: { workerType: 'hello' } });
  expect(parseWorkerType(item)).toEqual(parsed);
});

it('the task of the guide is one that the reference worker runs', () => {
  const [, body = ''] = /--message-body '([^']+)'/.exec(guide) ?? [];
  expect(taskSchema.safeParse(JSON.parse(body))).toMatchObject({ success: true });
});

it('the guide explains every setting', () => {
  const settings = guide.split('## Settings')[1]?.split('## ')[0] ?? '';
  for (const name of Object.keys(readInfraSettings({}))) expect(settings).toContain(`\`${name}\``);
});

it('the guide names every output of the stack', () => {
  for (const name of Object.keys(onlyTemplate(synthesize()).Outputs ?? {})) expect(guide).toContain(`\`${name}\``);
});
