import { startSqsEndpoint } from '../../../lib/local/sqs/endpoint.ts';

/** Serves the data file named on the command line, reports the URL to the parent and runs until it is killed. */
const { url } = await startSqsEndpoint({ dataFile: process.argv[2] ?? '' });
process.send?.(url);
