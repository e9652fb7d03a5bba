/**
 * The inside of a local Lambda environment: a thread that loads one bundled handler and invokes it, message by message.
 * Its `process.env` is the function's environment and its standard output the function's log.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { HostAnswer, HostInvocation } from './host-messages.ts';

interface LambdaModule {
  readonly handler: (event: unknown, context: unknown) => Promise<unknown>;
}

// A module that cannot be loaded ends the thread, as it ends an environment on Lambda: the next one tries again.
const loaded = import(String(workerData)) as Promise<LambdaModule>;

parentPort?.on('message', async ({ invocationId, event, timeoutMs, functionName }: HostInvocation) => {
  const deadline = Date.now() + timeoutMs;
  const context = {
    awsRequestId: invocationId,
    functionName,
    functionVersion: '$LATEST',
    memoryLimitInMB: '512',
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${functionName}`,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  parentPort?.postMessage(await invoke(invocationId, event, context));
});

async function invoke(invocationId: string, event: unknown, context: unknown): Promise<HostAnswer> {
  try {
    const { handler } = await loaded;
    return { invocationId, kind: 'returned', value: await handler(event, context) };
  } catch (error) {
    return {
      invocationId,
      kind: 'threw',
      message: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    };
  }
}
