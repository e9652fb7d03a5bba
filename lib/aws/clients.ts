import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SQSClient } from '@aws-sdk/client-sqs';

/** The SDK clients of one process, built once. */
export interface AwsClients {
  readonly dynamoDb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly ec2: EC2Client;
  /**
   * For launches: one attempt. The SDK would repeat a call whose answer was lost, and report only what the repetition
   * said; a throttle would then hide that the first call had launched everything.
   */
  readonly ec2Launch: EC2Client;
}

/** Where the services are, when not at AWS. The SDK's own AWS_ENDPOINT_URL_* variables serve a whole process as well. */
export interface Endpoints {
  readonly dynamodb: string;
  readonly sqs: string;
  readonly ec2: string;
}

/** SDK calls that never settle have stopped provisioners before: each has a hard end. */
const TIMEOUTS = { connectionTimeout: 3_000, requestTimeout: 20_000, throwOnRequestTimeout: true };
/** The SDK repeats even a dry pool's 5xx; two tries get over a lost packet, the next tick does the rest. */
const MAX_ATTEMPTS = 2;

/** Clients for AWS, or for the endpoints given. */
export function awsClients(region: string, endpoints?: Endpoints): AwsClients {
  const common = { region, maxAttempts: MAX_ATTEMPTS, requestHandler: TIMEOUTS };
  if (endpoints === undefined) {
    return {
      dynamoDb: new DynamoDBClient(common),
      sqs: new SQSClient(common),
      ec2: new EC2Client(common),
      ec2Launch: new EC2Client({ ...common, maxAttempts: 1 }),
    };
  }
  const local = { ...common, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  return {
    dynamoDb: new DynamoDBClient({ ...local, endpoint: endpoints.dynamodb }),
    // A queue URL kept in a table names the port of an earlier run: the endpoint counts, not the URL's host.
    sqs: new SQSClient({ ...local, endpoint: endpoints.sqs, useQueueUrlAsEndpoint: false }),
    ec2: new EC2Client({ ...local, endpoint: endpoints.ec2 }),
    ec2Launch: new EC2Client({ ...local, maxAttempts: 1, endpoint: endpoints.ec2 }),
  };
}
