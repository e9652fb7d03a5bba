import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { type AwsClients, awsClients } from '../lib/aws/clients.ts';
import { CloudwatchTelemetry } from '../lib/aws/cloudwatch-telemetry.ts';
import { provisionerPorts } from '../lib/aws/provisioner-ports.ts';
import { type Env, readReapConfig } from '../lib/control/config.ts';
import type { Clock } from '../lib/control/ports.ts';
import { reap } from '../lib/control/reap.ts';

/** The handler for one environment. Parts that are not given are those of a Lambda. */
export function reapHandler(env: Env, parts: { clients?: AwsClients; clock?: Clock } = {}) {
  const config = readReapConfig(env);
  const telemetry = new CloudwatchTelemetry(config.provisionerId, 'reap');
  const launchesNothing = { workerInstanceProfileArn: '', workerProgram: '' };
  const ports = provisionerPorts(
    config,
    parts.clients ?? awsClients(config.region),
    launchesNothing,
    telemetry,
    parts.clock,
  );

  return middy(async (_event: unknown, _context: Context) => {
    const report = await reap(ports);
    if (report.failures.length > 0) throw new Error(`Reaping failed: ${report.failures.join('; ')}`);
    return { seen: report.seen, reaped: report.reaped.length };
  }).use(injectLambdaContext(telemetry.logger));
}

let built: ReturnType<typeof reapHandler> | undefined;

/** Terminates workers that outlived their limit: the schedule invokes it every five minutes. */
export const handler = async (event: unknown, context: Context) => {
  built ??= reapHandler(process.env);
  return built(event, context);
};
