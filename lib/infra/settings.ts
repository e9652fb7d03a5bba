import { DEFAULT_TYPES_PER_SHARD, QUIET_QUEUE_SECONDS, TYPES_PER_SHARD } from '../control/config.ts';
import { describeProblems, type Problem } from '../core/problem.ts';
import { PROVISIONER_ID_PATTERN } from '../core/worker-type-schema.ts';

/** What a deployment may choose, from the CDK context (`-c key=value` or cdk.json), checked and with defaults. */
export interface InfraSettings {
  readonly provisionerId: string;
  /** Subscribed to the alarm topic; nobody when absent. */
  readonly alarmEmail: string | undefined;
  /** An alarm fires when all workers together cost more; none when absent. */
  readonly spendAlarmUsdPerHour: number | undefined;
  /** Queues that the provisioner may measure and workers may take tasks from; undefined: by name prefix. */
  readonly taskQueueArns: readonly string[] | undefined;
  /** Attached to the worker role besides its own permissions. */
  readonly workerManagedPolicyArns: readonly string[];
  /** Where workers may be launched besides the stack's own region. */
  readonly regions: readonly string[];
  readonly tickSeconds: number;
  /** Of the provision function; the CPU of a Lambda goes by its memory. */
  readonly memoryMiB: number;
  /** Worker types of one tick at most; with more, several invocations share them. */
  readonly typesPerShard: number;
  /** Time between two readings of a queue that has been empty for long; 0: each tick reads all. */
  readonly quietQueueSeconds: number;
  readonly logRetentionDays: number;
  readonly createSpotServiceLinkedRole: boolean;
  /** Undefined: whatever the credentials of the deployment say. */
  readonly account: string | undefined;
  readonly region: string | undefined;
}

/** Retention periods that CloudWatch Logs knows (PutRetentionPolicy), up to a year. */
const LOG_RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365] as const;

/** The least that Lambda gives a function (CreateFunction). */
const MIN_MEMORY_MIB = 128;
/** The most that accounts get which AWS has not raised to Lambda's full 10,240 MiB; two vCPUs are more than a tick uses. */
const MAX_MEMORY_MIB = 3008;

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const QUEUE_ARN = /^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_*?-]{1,80}(?:\.fifo)?$/;
const POLICY_ARN = /^arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy\/\S{1,512}$/;
const ACCOUNT = /^\d{12}$/;
const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;

type Context = Readonly<Record<string, unknown>>;
type Check<Value> = (raw: unknown) => { readonly value: Value } | { readonly allowed: string };

const text =
  (pattern: RegExp, allowed: string): Check<string> =>
  (raw) =>
    typeof raw === 'string' && pattern.test(raw) ? { value: raw } : { allowed };

/** A list, or on the command line the same with commas between. */
const texts =
  (pattern: RegExp, allowed: string): Check<readonly string[]> =>
  (raw) => {
    const list: unknown = typeof raw === 'string' ? raw.split(',').map((part) => part.trim()) : raw;
    const wellFormed = (item: unknown): item is string => typeof item === 'string' && pattern.test(item);
    return Array.isArray(list) && list.length > 0 && list.every(wellFormed) ? { value: list } : { allowed };
  };

const number =
  (isAllowed: (value: number) => boolean, allowed: string): Check<number> =>
  (raw) => {
    const value = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw;
    return typeof value === 'number' && isAllowed(value) ? { value } : { allowed };
  };

const whole = ({ min, max }: { readonly min: number; readonly max: number }, of: string): Check<number> =>
  number((value) => Number.isInteger(value) && value >= min && value <= max, `whole ${of} from ${min} to ${max}`);

const flag: Check<boolean> = (raw) =>
  raw === true || raw === 'true'
    ? { value: true }
    : raw === false || raw === 'false'
      ? { value: false }
      : { allowed: 'true or false' };

const isLambdaMemory = (value: number): boolean =>
  Number.isInteger(value) && value >= MIN_MEMORY_MIB && value <= MAX_MEMORY_MIB;

const isRetention = (days: number): boolean => LOG_RETENTION_DAYS.some((allowed) => allowed === days);

/**
 * Reads the settings out of a CDK context. Throws one error that names every field that is wrong, what was found and
 * what is allowed; a plain key that is no setting counts as a typing error, because it would deploy something else.
 */
export function readInfraSettings(context: Context): InfraSettings {
  const problems: Problem[] = [];
  const known = new Set<string>();
  function read<Value, Fallback>(key: string, fallback: Fallback, check: Check<Value>): Value | Fallback {
    known.add(key);
    const raw = context[key];
    if (raw === undefined) return fallback;
    const result = check(raw);
    if ('value' in result) return result.value;
    problems.push({ path: key, message: `found ${JSON.stringify(raw)}, allowed: ${result.allowed}` });
    return fallback;
  }
  const settings: InfraSettings = {
    provisionerId: read('provisionerId', 'main', text(PROVISIONER_ID_PATTERN, '1 to 38 letters, digits or -')),
    alarmEmail: read('alarmEmail', undefined, text(EMAIL, 'an e-mail address')),
    spendAlarmUsdPerHour: read(
      'spendAlarmUsdPerHour',
      undefined,
      number((value) => Number.isFinite(value) && value > 0, 'USD an hour, more than 0'),
    ),
    taskQueueArns: read('taskQueueArns', undefined, texts(QUEUE_ARN, 'ARNs of SQS queues, * and ? in the name')),
    workerManagedPolicyArns: read('workerManagedPolicyArns', [], texts(POLICY_ARN, 'ARNs of managed IAM policies')),
    regions: read('regions', [], texts(REGION, 'regions such as eu-west-1')),
    tickSeconds: read('tickSeconds', 10, whole({ min: 1, max: 60 }, 'seconds')),
    memoryMiB: read('memoryMiB', 256, number(isLambdaMemory, `whole MiB from ${MIN_MEMORY_MIB} to ${MAX_MEMORY_MIB}`)),
    typesPerShard: read('typesPerShard', DEFAULT_TYPES_PER_SHARD, whole(TYPES_PER_SHARD, 'numbers')),
    quietQueueSeconds: read('quietQueueSeconds', 0, whole(QUIET_QUEUE_SECONDS, 'seconds')),
    logRetentionDays: read('logRetentionDays', 30, number(isRetention, `days: ${LOG_RETENTION_DAYS.join(', ')}`)),
    createSpotServiceLinkedRole: read('createSpotServiceLinkedRole', false, flag),
    account: read('account', undefined, text(ACCOUNT, '12 digits, quoted in JSON')),
    region: read('region', undefined, text(REGION, 'a region such as eu-west-1')),
  };
  for (const key of Object.keys(context)) {
    // CDK's own keys hold an @, a colon or a dash.
    if (/^[A-Za-z]+$/.test(key) && !known.has(key))
      problems.push({ path: key, message: `is no setting, allowed: ${[...known].join(', ')}` });
  }
  if (problems.length > 0) throw new Error(`The CDK context is wrong. ${describeProblems(problems, problems.length)}`);
  return settings;
}
