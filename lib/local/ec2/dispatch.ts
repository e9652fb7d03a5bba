import { setTimeout as sleep } from 'node:timers/promises';
import { findAction } from './actions/action-table.ts';
import { Ec2Error, notImitated } from './ec2-error.ts';
import { type DecodedInput, parseForm } from './form-decoder.ts';
import { findOperation, type Operation } from './operations.ts';
import { recordRequest } from './request-log.ts';
import type { Ec2World } from './world.ts';
import { encodeError, encodeResponse } from './xml-encoder.ts';

/** What goes back over the connection; `dropped`: nothing, the connection breaks. */
export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly requestId: string; readonly xml: string }
  | { readonly kind: 'dropped' };

const requestDropped = 'request-dropped';

/** Answers one form-encoded request against the world. */
export async function answer(world: Ec2World, body: string): Promise<Answer> {
  const requestId = world.ids.nextUuid();
  const { action, decode } = parseForm(body);
  const at = world.settings.now();
  let input: DecodedInput = {};
  const record = (outcome: string) => {
    const clientToken = input['ClientToken'];
    const token = typeof clientToken === 'string' ? { clientToken } : {};
    recordRequest(world.requests, { action, input, outcome, at, ...token });
  };
  try {
    const operation = requireOperation(action);
    input = decode(operation.input);
    const fault = await strike(world, action, input);
    if (fault === 'drop-request') {
      record(requestDropped);
      return { kind: 'dropped' };
    }
    const output = perform(world, operation, input);
    record('ok');
    if (fault === 'drop-response') return { kind: 'dropped' };
    return { kind: 'answered', status: 200, requestId, xml: encodeResponse(operation, output, requestId) };
  } catch (error) {
    const refusal = error instanceof Ec2Error ? error : new Ec2Error('InternalError', String(error));
    record(refusal.code);
    return { kind: 'answered', status: refusal.status, requestId, xml: encodeError(refusal, requestId) };
  }
}

function requireOperation(action: string): Operation {
  const operation = findOperation(action);
  if (operation === undefined) {
    throw new Ec2Error('InvalidAction', `The action ${action} is not valid for this web service.`);
  }
  return operation;
}

/** Lets the faults in force hit the call. Throws the error of one; returns whether the connection is to break, and when. */
async function strike(
  world: Ec2World,
  action: string,
  input: DecodedInput,
): Promise<'drop-request' | 'drop-response' | 'none'> {
  for (const fault of world.faults.strike(action, input)) {
    if (fault.kind === 'delay') await sleep(fault.delayMs);
    else if (fault.kind === 'error') throw new Ec2Error(fault.code, fault.message ?? 'Injected fault.', fault.status);
    else return fault.kind;
  }
  return 'none';
}

/** Runs the action. From here on nothing awaits, so calls never interleave. */
function perform(world: Ec2World, operation: Operation, input: DecodedInput): object {
  const { action } = operation;
  const run = findAction(action);
  if (run === undefined) throw notImitated(`the action ${action}`);
  world.tick();
  world.throttle.take(action, world.settings.throttle.get(action), world.settings.now());
  if (input['DryRun'] === true) {
    throw new Ec2Error('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');
  }
  const act = () => run(world, input as never);
  const token = input['ClientToken'];
  try {
    if (typeof token !== 'string' || token === '') return act();
    return world.tokens.once(tokenScope(world, action, input, token), inputText(input), act);
  } finally {
    // Also a refused call may have changed something: TerminateInstances spares only some zones.
    world.tick();
  }
}

/** Decoded input has the order of the schema, so equal requests give equal texts. */
function inputText(input: DecodedInput): string {
  return JSON.stringify({ ...input, DryRun: undefined });
}

/** Tokens hold an action wide, those of RunInstances only in the zone that the request names (EC2 guide, idempotency). */
function tokenScope(world: Ec2World, action: string, input: DecodedInput, token: string): string {
  if (action !== 'RunInstances') return `${action}//${token}`;
  const { SubnetId: subnetId, Placement: placement } = input as {
    SubnetId?: string;
    Placement?: { AvailabilityZone?: string };
  };
  const zone = world.resources.findSubnet(subnetId)?.zone;
  return `${action}/${zone ?? placement?.AvailabilityZone ?? ''}/${token}`;
}
