import { accessSync, constants, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('CI runs npm test, nothing more and nothing less', () => {
  accessSync('.ci/run', constants.X_OK);
  const commands = readFileSync('.ci/run', 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(commands).toEqual(['set -euo pipefail', 'cd "$(dirname "$0")/.."', 'npm test']);
});
