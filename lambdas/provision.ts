import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { type AwsClients, awsClients } from '../lib/aws/clients.ts';
import { CloudwatchTelemetry } from '../lib/aws/cloudwatch-telemetry.ts';
import { provisionerPorts } from '../lib/aws/provisioner-ports.ts';
import { type Env, readProvisionConfig } from '../lib/control/config.ts';
import type { Clock } from '../lib/control/ports.ts';
import { readProvisionEvent } from '../lib/control/provision-event.ts';
import { serve } from '../lib/control/provision-invocation.ts';
import { epochMillis } from '../lib/core/units.ts';

/** The handler for one environment. Parts that are not given are those of a Lambda. */
export function provisionHandler(
  env: Env,
  parts: { clients?: AwsClients; workerProgram?: string; clock?: Clock } = {},
) {
  const config = readProvisionConfig(env);
  const telemetry = new CloudwatchTelemetry(config.provisionerId, 'provision');
  const settings = {
    workerInstanceProfileArn: config.workerInstanceProfileArn,
    workerProgram: parts.workerProgram ?? readFileSync(new URL('worker.mjs', import.meta.url), 'utf8'),
  };
  const ports = provisionerPorts(config, parts.clients ?? awsClients(config.region), settings, telemetry, parts.clock);

  return middy(async (event: unknown, context: Context) => {
    // Two deliveries of one event may share a request id: the holder of a lease is one running invocation.
    const holder = `${context.awsRequestId}/${randomUUID()}`;
    const endsAt = epochMillis(ports.clock.now() + context.getRemainingTimeInMillis());
    const {
      tickSeconds,
      invocationSeconds: durationSeconds,
      region: homeRegion,
      regions,
      typesPerShard,
      quietQueueSeconds,
    } = config;
    const rhythm = { tickSeconds, durationSeconds, typesPerShard, quietQueueSeconds };
    const options = { holder, endsAt, homeRegion, regions, ...rhythm };
    return serve(readProvisionEvent(event), options, ports);
  }).use(injectLambdaContext(telemetry.logger));
}

let built: ReturnType<typeof provisionHandler> | undefined;

/** Launches workers for the queues' load: the schedule invokes it each minute, the bus when it is to be sooner. */
export const handler = async (event: unknown, context: Context) => {
  built ??= provisionHandler(process.env);
  return built(event, context);
};
