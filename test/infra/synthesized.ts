import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { addProvisioner, createApp } from '../../lib/infra/app.ts';
import type { CfnTemplate } from '../support/iam/template.ts';

/** One synthesis of the real app, with stand-ins for the bundles. */
export interface Synthesized {
  readonly app: App;
  /** By stack name. */
  readonly templates: Readonly<Record<string, CfnTemplate>>;
  readonly validationReport: string;
}

/** Synthesizes one provisioner, and more beside it in the same app when more contexts are given. */
export function synthesize(
  context: Readonly<Record<string, unknown>> = {},
  ...more: Record<string, unknown>[]
): Synthesized {
  const folder = mkdtempSync(join(tmpdir(), 'synthesized-'));
  try {
    const bundles = join(folder, 'bundles');
    for (const handler of ['provision', 'reap', 'check']) {
      mkdirSync(join(bundles, handler), { recursive: true });
      writeFileSync(join(bundles, handler, 'index.mjs'), 'export const handler = async () => {};\n');
    }
    const app = createApp({ bundles, context, outdir: join(folder, 'cdk.out') });
    for (const other of more) addProvisioner(app, bundles, other);
    const assembly = app.synth();
    return {
      app,
      templates: Object.fromEntries(assembly.stacks.map((stack) => [stack.stackName, stack.template as CfnTemplate])),
      validationReport: readFileSync(join(folder, 'cdk.out', 'validation-report.json'), 'utf8'),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The template of the only stack. */
export function onlyTemplate({ templates }: Synthesized): CfnTemplate {
  const [template, ...others] = Object.values(templates);
  if (template === undefined || others.length > 0) throw new Error('expected one stack');
  return template;
}
