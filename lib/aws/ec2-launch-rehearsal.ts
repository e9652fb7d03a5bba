import {
  CreateFleetCommand,
  type CreateFleetCommandInput,
  CreateLaunchTemplateCommand,
  type CreateLaunchTemplateCommandInput,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import type { LaunchRehearsal } from '../control/check-ports.ts';
import type { LaunchOrder, LaunchPreview } from '../control/ports.ts';
import type { Rehearsal } from '../core/check/rehearsal-findings.ts';
import { describeError, refusalOfError } from './aws-errors.ts';
import type { AwsClients } from './clients.ts';

/**
 * Sends the requests of a launch as dry runs. EC2 then answers `DryRunOperation` when it would have gone on; for
 * CreateFleet it checks the permissions above all, and not whether everything exists that the request names.
 */
export class Ec2LaunchRehearsal implements LaunchRehearsal {
  readonly #clients: Pick<AwsClients, 'ec2'>;
  readonly #preview: LaunchPreview;

  constructor(clients: Pick<AwsClients, 'ec2'>, preview: LaunchPreview) {
    this.#clients = clients;
    this.#preview = preview;
  }

  async rehearse(order: LaunchOrder): Promise<Rehearsal> {
    let requests: ReturnType<LaunchPreview['requestsFor']>;
    try {
      requests = this.#preview.requestsFor(order);
    } catch (error) {
      return { kind: 'unbuildable', message: error instanceof Error ? error.message : String(error) };
    }
    const userDataBytes = Math.max(0, ...requests.map(({ input }) => userDataBytesOf(input)));
    const client = this.#clients.ec2(order.region);
    for (const { action, input } of requests) {
      const answer = await dryRun(client, action, input);
      if (answer.kind !== 'accepted') return answer.kind === 'refused' ? { ...answer, userDataBytes } : answer;
    }
    return { kind: 'accepted', userDataBytes };
  }
}

type Answer =
  | { readonly kind: 'accepted' }
  | Omit<Extract<Rehearsal, { kind: 'refused' }>, 'userDataBytes'>
  | Extract<Rehearsal, { kind: 'unknown' }>;

async function dryRun(client: EC2Client, action: string, input: unknown): Promise<Answer> {
  try {
    if (action === 'CreateLaunchTemplate') {
      await client.send(
        new CreateLaunchTemplateCommand({ ...(input as CreateLaunchTemplateCommandInput), DryRun: true }),
      );
    } else if (action === 'CreateFleet') {
      await client.send(new CreateFleetCommand({ ...(input as CreateFleetCommandInput), DryRun: true }));
    } else {
      return { kind: 'unknown', reason: `${action} cannot be rehearsed` };
    }
    return { kind: 'accepted' };
  } catch (error) {
    return answerOf(error);
  }
}

/** The template of the request exists from an earlier launch, which is as good as if it could be made. */
const EXISTS = 'InvalidLaunchTemplateName.AlreadyExistsException';
/** The template is made at the first launch: until then EC2 can say no more. */
const NOT_YET = 'InvalidLaunchTemplateName.NotFoundException';

function answerOf(error: unknown): Answer {
  const code = error instanceof Error ? error.name : '';
  if (code === 'DryRunOperation' || code === EXISTS) return { kind: 'accepted' };
  const refusal = refusalOfError(error);
  if (refusal === undefined || refusal.class === 'throttled' || code === NOT_YET) {
    return { kind: 'unknown', reason: describeError(error) };
  }
  return { kind: 'refused', class: refusal.class, code: refusal.code, message: refusal.message };
}

function userDataBytesOf(input: unknown): number {
  const { LaunchTemplateData: data } = input as CreateLaunchTemplateCommandInput;
  return Buffer.from(data?.UserData ?? '', 'base64').length;
}
