import { readFileSync } from 'node:fs';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context, DynamoDBBatchResponse } from 'aws-lambda';
import type { AccountEndpoints } from '../lib/aws/account-clients.ts';
import { checkPorts } from '../lib/aws/check-ports.ts';
import { type AwsClients, awsClients } from '../lib/aws/clients.ts';
import { CloudwatchTelemetry } from '../lib/aws/cloudwatch-telemetry.ts';
import { Ec2LaunchTemplates } from '../lib/aws/ec2-launch-templates.ts';
import { provisionerPorts } from '../lib/aws/provisioner-ports.ts';
import { changesOf, isStreamEvent } from '../lib/aws/stream-records.ts';
import { checkWorkerTypes } from '../lib/control/check.ts';
import { checkAll } from '../lib/control/check-all.ts';
import { templateCollector } from '../lib/control/collect-templates.ts';
import { type Env, readCheckConfig } from '../lib/control/config.ts';
import { watchDefinitions } from '../lib/control/definition-watch.ts';
import type { Clock } from '../lib/control/ports.ts';

/** The handler for one environment. Parts that are not given are those of a Lambda. */
export function checkHandler(
  env: Env,
  parts: { clients?: AwsClients; accountEndpoints?: AccountEndpoints; workerProgram?: string; clock?: Clock } = {},
) {
  const config = readCheckConfig(env);
  const { provisionerId, region: homeRegion, workerInstanceProfileArn } = config;
  const telemetry = new CloudwatchTelemetry(provisionerId, 'check');
  const clients = parts.clients ?? awsClients(homeRegion);
  const workerProgram = parts.workerProgram ?? readFileSync(new URL('worker.mjs', import.meta.url), 'utf8');
  const launch = { workerInstanceProfileArn, workerProgram };
  const provisioner = provisionerPorts(config, clients, launch, telemetry, parts.clock);
  const ports = { ...provisioner, ...checkPorts(homeRegion, clients, provisioner.fleet, parts.accountEndpoints) };
  const { regions } = config;
  const templateSettings = { homeRegion, regions, instanceProfileArn: workerInstanceProfileArn, workerProgram };
  const launchTemplates = new Ec2LaunchTemplates(clients, provisionerId, templateSettings);
  const collect = templateCollector({ ...provisioner, launchTemplates });

  const onChanges = async (changes: ReturnType<typeof changesOf>): Promise<DynamoDBBatchResponse> => {
    const check = (only: string) => checkWorkerTypes(ports, { homeRegion, only });
    const { repeatFrom } = await watchDefinitions(changes, check, ports);
    return { batchItemFailures: repeatFrom === undefined ? [] : [{ itemIdentifier: repeatFrom }] };
  };
  const onSchedule = async () => {
    const { reports, failures } = await checkAll(ports, homeRegion);
    await collect();
    if (failures.length > 0) throw new Error(`Checking failed: ${failures.join('; ')}`);
    return { checked: reports.length };
  };
  return middy(async (event: unknown, _context: Context) =>
    isStreamEvent(event) ? onChanges(changesOf(event, provisionerId)) : onSchedule(),
  ).use(injectLambdaContext(telemetry.logger));
}

let built: ReturnType<typeof checkHandler> | undefined;

/**
 * Keeps versions of definitions and checks them: the table's stream and a schedule invoke it. The schedule's runs delete
 * unused launch templates as well.
 */
export const handler = async (event: unknown, context: Context) => {
  built ??= checkHandler(process.env);
  return built(event, context);
};
