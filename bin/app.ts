/** The CDK app. It builds the bundles itself, so that `npx cdk deploy` on a fresh clone deploys what the sources say. */
import { createApp } from '../lib/infra/app.ts';
import { build, bundlesFolder } from '../scripts/build.ts';

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));

try {
  await build();
  createApp({ bundles: bundlesFolder }).synth();
} catch (error) {
  console.error(describe(error));
  process.exitCode = 1;
}
