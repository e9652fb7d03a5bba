import { cliDocs } from './generate-cli-docs.ts';
import { workerTypeDocs, workerTypeJsonSchema } from './worker-type-docs.ts';

/** Every generated file of the repository with its content; a test fails when one is stale. */
export const generatedFiles = (): { readonly path: string; readonly content: string }[] => [
  { path: 'docs/worker-type.schema.json', content: workerTypeJsonSchema() },
  { path: 'docs/worker-types.md', content: workerTypeDocs() },
  { path: 'docs/cli.md', content: cliDocs() },
];
