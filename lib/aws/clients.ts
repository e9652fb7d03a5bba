import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';

/** The SDK clients of one process, built once; those of EC2 are built when their region is first asked for. */
export interface AwsClients {
  readonly dynamoDb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly events: EventBridgeClient;
  /** For everything but launches. The same region answers the same client. */
  ec2(region: string): EC2Client;
  /**
   * For launches: one attempt. The SDK would repeat a call whose answer was lost, and report only what the repetition
   * said; a throttle would then hide that the first call had launched everything.
   */
  ec2Launch(region: string): EC2Client;
  /** Closes the connections of every client built so far. */
  destroy(): void;
}

/** Where the services are, when not at AWS. The SDK's own AWS_ENDPOINT_URL_* variables serve a whole process as well. */
export interface Endpoints {
  readonly dynamodb: string;
  readonly sqs: string;
  readonly ec2: string;
  readonly events: string;
}

/** SDK calls that never settle have stopped provisioners before: each has a hard end. */
const TIMEOUTS = { connectionTimeout: 3_000, requestTimeout: 20_000, throwOnRequestTimeout: true };
/** A tick waits for the bus under its lease; what it could not put it puts the next time. */
const BUS_TIMEOUT_MS = 5_000;
/** The SDK repeats even a dry pool's 5xx; two tries get over a lost packet, the next tick does the rest. */
const MAX_ATTEMPTS = 2;

/** Clients for AWS, or for the endpoints given; tables, queues and event bus are those of the home region. */
export function awsClients(homeRegion: string, endpoints?: Endpoints): AwsClients {
  const common = {
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: TIMEOUTS,
    ...(endpoints === undefined ? {} : { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
  };
  const at = (endpoint: string | undefined) => (endpoint === undefined ? {} : { endpoint });
  const dynamoDb = new DynamoDBClient({ ...common, region: homeRegion, ...at(endpoints?.dynamodb) });
  const sqs = new SQSClient({
    ...common,
    region: homeRegion,
    ...at(endpoints?.sqs),
    // A queue URL kept in a table names the port of an earlier run: the endpoint counts, not the URL's host.
    ...(endpoints === undefined ? {} : { useQueueUrlAsEndpoint: false }),
  });
  const events = new EventBridgeClient({
    ...common,
    requestHandler: { ...TIMEOUTS, requestTimeout: BUS_TIMEOUT_MS },
    region: homeRegion,
    ...at(endpoints?.events),
  });
  const ec2 = perRegion((region) => new EC2Client({ ...common, region, ...at(endpoints?.ec2) }));
  const ec2Launch = perRegion((region) => new EC2Client({ ...common, region, maxAttempts: 1, ...at(endpoints?.ec2) }));
  return {
    dynamoDb,
    sqs,
    events,
    ec2: ec2.of,
    ec2Launch: ec2Launch.of,
    destroy: () => {
      for (const client of [dynamoDb, sqs, events, ...ec2.built(), ...ec2Launch.built()]) client.destroy();
    },
  };
}

/** One client for each region, built lazily and kept. */
function perRegion(build: (region: string) => EC2Client) {
  const clients = new Map<string, EC2Client>();
  return {
    of: (region: string): EC2Client => {
      const client = clients.get(region) ?? build(region);
      clients.set(region, client);
      return client;
    },
    built: () => clients.values(),
  };
}
