/** Import rules. Each comment tells the offender where the code should go. */
const forbid = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });

/** Files below `folder` may import, of this repository, only the paths listed. */
const layer = (folder, mayImport) =>
  forbid(
    `${folder.split('/').at(-1)}-imports`,
    `${folder} may import ${mayImport.join(', ')}. Move the code, or add a port.`,
    { path: `^${folder}/` },
    { dependencyTypes: ['local'], pathNot: mayImport.map((path) => `^${path.replaceAll('.', '\\.')}`) },
  );

module.exports = {
  forbidden: [
    forbid('no-cycles', 'Move the shared part down a layer.', {}, { circular: true }),
    forbid(
      'core-is-pure',
      'Pass the value in, or move the effect to lib/control.',
      { path: '^lib/core/', pathNot: '-schema\\.ts$' },
      { pathNot: '^lib/core/' },
    ),
    forbid(
      'core-schemas-use-zod-only',
      'A schema describes; it does not fetch.',
      { path: '^lib/core/.*-schema\\.ts$' },
      { pathNot: '^lib/core/|node_modules/zod/' },
    ),
    layer('lib/control', ['lib/core/', 'lib/control/']),
    layer('lib/aws', ['lib/core/', 'lib/control/', 'lib/aws/']),
    layer('lib/memory', ['lib/core/', 'lib/control/', 'lib/memory/']),
    layer('lib/infra', ['lib/core/', 'lib/control/config.ts', 'lib/control/telemetry.ts', 'lib/infra/']),
    layer('lib/local', ['lib/core/', 'lib/control/', 'lib/aws/', 'lib/local/']),
    layer('lib/cli', ['lib/core/', 'lib/control/', 'lib/aws/', 'lib/memory/', 'lib/local/connection.ts', 'lib/cli/']),
    layer('lambdas', ['lib/core/', 'lib/control/', 'lib/aws/', 'lambdas/']),
    // The worker is a program of its own.
    layer('worker', ['lib/core/', 'worker/']),
    layer('bin', ['lib/', 'scripts/', 'bin/']),
    layer('scripts', ['lib/', 'scripts/']),
    forbid(
      'control-asks-ports',
      'The loops run in every composition: ask a port of lib/control/ports.ts.',
      { path: '^lib/control/' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'sdk-only-in-lib-aws',
      'Put the call behind a port in lib/control/ports.ts. (lib/local/ec2 uses the SDK only for its wire schemas.)',
      { path: '^(bin|lib|lambdas|worker|scripts)/', pathNot: '^lib/(aws|local/ec2)/' },
      { path: 'node_modules/@(aws-sdk|smithy)/' },
    ),
    forbid(
      'cdk-only-in-infra',
      'Constructs live in lib/infra.',
      { pathNot: '^(lib/infra/|bin/app\\.ts|test/)' },
      { path: 'node_modules/(aws-cdk-lib|constructs|cdk-nag)/' },
    ),
    forbid(
      'entry-points-stand-alone',
      'Shared code goes to lib.',
      { path: '^(bin|lambdas)/(.+)$' },
      { path: '^(bin|lambdas)/', pathNot: '^$1/$2$' },
    ),
    forbid(
      'no-orphans',
      'Nobody uses it: delete it.',
      { orphan: true, path: '^lib/.*\\.ts$', pathNot: '\\.d\\.ts$' },
      {},
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Also imports of types alone: a layer that knows another's types depends on it.
    tsPreCompilationDeps: true,
  },
};
