import type { Stack } from 'aws-cdk-lib';
import type { InfraSettings } from './settings.ts';

/** Where workers may be launched: the stack's own region, and those that the settings add. */
export const workerRegions = (stack: Stack, { regions }: Pick<InfraSettings, 'regions'>): readonly string[] => [
  ...new Set([stack.region, ...regions]),
];
