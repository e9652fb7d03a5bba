import { tagKeys } from '../../lib/core/tags.ts';
import type { AwsWorld } from '../support/aws-world.ts';

/** The instances of one worker type, gone ones included. */
export const instancesOf = ({ world }: AwsWorld, workerType = 'build') =>
  world.instances().filter(({ tags }) => tags.get(tagKeys.workerType) === workerType);
/** What the last tick left on the board about one worker type. */
export const statusOf = async ({ ports }: AwsWorld, workerType = 'build') =>
  (await ports.board.load()).workerTypes.find((status) => status.workerType === workerType);
