import { startDynamoDbEndpoint } from '../../../lib/local/dynamodb/endpoint.ts';

/** Serves the data folder named on the command line, reports the URL to the parent and runs until it is killed. */
const { url } = await startDynamoDbEndpoint({ dataFolder: process.argv[2] ?? '' });
process.send?.(url);
