import { createRequire } from 'node:module';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { ProvisionerStack } from './provisioner-stack.ts';
import { readInfraSettings } from './settings.ts';

interface AppOptions {
  /** Folder with one bundle a handler. */
  readonly bundles: string;
  /** Over the context of cdk.json and the command line. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Where to write; the CLI says it by itself. */
  readonly outdir?: string;
}

/** The CDK app: the context decides, one stack comes of it, two rule packs judge it. Throws when the context is wrong. */
export function createApp({ bundles, context = {}, outdir }: AppOptions): App {
  const app = new App({
    analyticsReporting: false,
    context: { ...recommendedFlags(), '@aws-cdk/core:enableAdditionalMetadataCollection': false, ...context },
    ...(outdir === undefined ? {} : { outdir }),
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  addProvisioner(app, bundles, app.node.getAllContext());
  return app;
}

/** One more provisioner in an app. */
export function addProvisioner(
  app: App,
  bundles: string,
  context: Readonly<Record<string, unknown>>,
): ProvisionerStack {
  return new ProvisionerStack(app, { settings: readInfraSettings(context), bundles });
}

/** The behaviour that the library advises for new apps; pinned together with it. */
function recommendedFlags(): Readonly<Record<string, unknown>> {
  const flags: unknown = createRequire(import.meta.url)('aws-cdk-lib/recommended-feature-flags.json');
  return typeof flags === 'object' && flags !== null ? { ...flags } : {};
}
