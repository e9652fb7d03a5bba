import type { CfnTemplate } from './template.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';

/** A made-up ARN in the account and region of the tests. */
export const arn = (service: string, resource: string, { region = REGION, account = ACCOUNT } = {}): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::URLSuffix': 'amazonaws.com',
};

/** The ARN that a resource of a type would have, its logical id taken for its name. */
const ARNS: Readonly<Record<string, (id: string) => string>> = {
  'AWS::DynamoDB::GlobalTable': (id) => arn('dynamodb', `table/${id}`),
  'AWS::Events::EventBus': (id) => arn('events', `event-bus/${id}`),
  'AWS::Events::Rule': (id) => arn('events', `rule/bus/${id}`),
  'AWS::IAM::InstanceProfile': (id) => arn('iam', `instance-profile/${id}`, { region: '' }),
  'AWS::IAM::Role': (id) => arn('iam', `role/${id}`, { region: '' }),
  'AWS::Lambda::Function': (id) => arn('lambda', `function:${id}`),
  'AWS::Logs::LogGroup': (id) => arn('logs', `log-group:${id}:*`),
  'AWS::SNS::Topic': (id) => arn('sns', id),
  'AWS::SQS::Queue': (id) => arn('sqs', id),
  'AWS::Scheduler::ScheduleGroup': (id) => arn('scheduler', `schedule-group/${id}`),
};

/** The ARN of a resource of the template. Throws for a type that it does not know. */
export function arnOf(template: CfnTemplate, id: string): string {
  const type = template.Resources[id]?.Type;
  const make = type === undefined ? undefined : ARNS[type];
  if (make === undefined) throw new Error(`no ARN for ${id} (${type ?? 'no such resource'})`);
  return make(id);
}

/** Puts made-up values in place of CloudFormation's intrinsics. Throws at one that it does not know. */
export function resolve(node: unknown, template: CfnTemplate): unknown {
  if (Array.isArray(node)) return node.map((item) => resolve(item, template));
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node);
  const [key, value] = entries[0] ?? [];
  if (key === 'Ref' && typeof value === 'string') return reference(value, template);
  if (key === 'Fn::Join' && Array.isArray(value)) return join(value, template);
  if (key === 'Fn::GetAtt' && Array.isArray(value)) return attribute(value, template);
  if (key?.startsWith('Fn::')) throw new Error(`cannot resolve ${key}`);
  return Object.fromEntries(entries.map(([name, item]) => [name, resolve(item, template)]));
}

/** A topic's reference is its ARN; of all else it is the name, here the logical id. */
function reference(id: string, template: CfnTemplate): string {
  return PSEUDO_PARAMETERS[id] ?? (template.Resources[id]?.Type === 'AWS::SNS::Topic' ? arnOf(template, id) : id);
}

function join([separator, parts]: readonly unknown[], template: CfnTemplate): string {
  const resolved = resolve(parts, template);
  if (!Array.isArray(resolved)) throw new Error('Fn::Join needs a list');
  return resolved.map(String).join(String(separator));
}

function attribute([id, name]: readonly unknown[], template: CfnTemplate): string {
  if (name === 'QueueName') return String(id);
  if (name === 'StreamArn') return `${arnOf(template, String(id))}/stream/2026-01-02T03:04:05.000`;
  if (name !== 'Arn') throw new Error(`cannot resolve attribute ${String(name)} of ${String(id)}`);
  return arnOf(template, String(id));
}
