import { type EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import type { TerminateOutcome } from '../control/ports.ts';
import { tagKeys } from '../core/tags.ts';
import { describeError } from './aws-errors.ts';
import { describeInstances } from './ec2-sweep.ts';

/** TerminateInstances takes 1000 ids; AWS prefers several calls of a few hundred. */
const BATCH_SIZE = 500;
/** A request takes at most 200 filter values; one of them is the owner tag. */
const LOOKUP_SIZE = 199;

/** Errors that single ids bring upon their batch. Anything else, a throttle above all, is not mended by more calls. */
const BAD_ID_CODES: ReadonlySet<string> = new Set([
  'InvalidInstanceID.NotFound',
  'InvalidInstanceID.Malformed',
  'InvalidInstanceID',
  'OperationNotPermitted',
]);

type Failed = TerminateOutcome['failed'][number];

/**
 * Terminates those of the instances that carry the owner tag, whichever region they are in. EC2 terminates none of a call
 * in which one id is bad, so a refused batch is halved until the bad ids stand alone. A region that cannot be looked into
 * does not save the instances of the others; throws when none can.
 */
export async function terminateInRegions(
  regions: ReadonlyMap<string, EC2Client>,
  provisionerId: string,
  workerIds: readonly string[],
): Promise<TerminateOutcome> {
  const wanted = [...new Set(workerIds)];
  const blind: { readonly region: string; readonly error: unknown }[] = [];
  const outcomes = await Promise.all(
    [...regions].map(async ([region, ec2]) => {
      const owned = await ownedIds(ec2, provisionerId, wanted).catch((error: unknown) => {
        blind.push({ region, error });
        return new Set<string>();
      });
      const batches = [];
      for (const batch of chunks([...owned], BATCH_SIZE)) batches.push(await terminateBatch(ec2, batch));
      return { owned, batches };
    }),
  );
  const [firstBlind] = blind;
  if (firstBlind !== undefined && blind.length === regions.size) throw firstBlind.error;
  const known = new Set(outcomes.flatMap(({ owned }) => [...owned]));
  const batches = outcomes.flatMap((outcome) => outcome.batches);
  return {
    terminated: batches.flatMap(({ terminated }) => terminated),
    failed: [
      ...batches.flatMap(({ failed }) => failed),
      ...wanted
        .filter((workerId) => !known.has(workerId))
        .map((workerId) => ({
          workerId,
          ...(firstBlind === undefined
            ? { code: 'NotAWorker', message: `no instance of provisioner ${provisionerId} has this id` }
            : { code: 'RegionUnread', message: `${firstBlind.region}: ${describeError(firstBlind.error)}` }),
        })),
    ],
  };
}

/** Looked up by filter and not by id: an unknown id is then left out instead of failing the call. */
async function ownedIds(ec2: EC2Client, provisionerId: string, workerIds: readonly string[]): Promise<Set<string>> {
  const owned = new Set<string>();
  for (const batch of chunks(workerIds, LOOKUP_SIZE)) {
    const filters = [
      { Name: `tag:${tagKeys.owner}`, Values: [provisionerId] },
      { Name: 'instance-id', Values: batch },
    ];
    for (const id of await describeInstances(ec2, filters, ({ InstanceId }) => InstanceId)) {
      if (id !== undefined) owned.add(id);
    }
  }
  return owned;
}

async function terminateBatch(
  ec2: EC2Client,
  batch: readonly string[],
): Promise<{ terminated: string[]; failed: Failed[] }> {
  try {
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [...batch] }));
    return { terminated: [...batch], failed: [] };
  } catch (error) {
    const code = error instanceof Error ? error.name : 'Error';
    if (batch.length === 1 || !BAD_ID_CODES.has(code)) {
      return { terminated: [], failed: batch.map((workerId) => ({ workerId, code, message: describeError(error) })) };
    }
    const half = Math.ceil(batch.length / 2);
    const left = await terminateBatch(ec2, batch.slice(0, half));
    const right = await terminateBatch(ec2, batch.slice(half));
    return { terminated: [...left.terminated, ...right.terminated], failed: [...left.failed, ...right.failed] };
  }
}

const chunks = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
