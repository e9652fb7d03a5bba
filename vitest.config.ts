import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Servers and CDK load lazily; on two busy cores the first call of a file can take seconds.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A condition is awaited, not timed: the limit only ends a wait that would never end.
    expect: { poll: { timeout: 20_000 } },
    pool: 'forks',
    maxWorkers: 2,
  },
});
