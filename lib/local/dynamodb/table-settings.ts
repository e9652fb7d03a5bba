import { AwsError } from '../aws-json/aws-error.ts';
import type { Engine, Json } from './engine.ts';

/** What dynalite does not keep of a table. */
interface Settings {
  readonly ttlAttribute?: string;
  readonly hasPointInTimeRecovery?: boolean;
}

/** The attribute that holds an item's expiry in epoch seconds, when the table has TTL enabled. */
export async function ttlAttributeOf(engine: Engine, tableName: string): Promise<string | undefined> {
  return (await settingsOf(engine, tableName)).ttlAttribute;
}

/** Enables or disables TTL; throws ValidationException when it is so already. */
export async function updateTimeToLive(engine: Engine, input: Json): Promise<Json> {
  const table = await tableName(engine, input);
  const { AttributeName, Enabled } = Object(input['TimeToLiveSpecification']);
  if (typeof AttributeName !== 'string' || typeof Enabled !== 'boolean') {
    throw new AwsError('ValidationException', 'TimeToLiveSpecification needs AttributeName and Enabled');
  }
  const { ttlAttribute, ...others } = await settingsOf(engine, table);
  if (Enabled === (ttlAttribute !== undefined)) {
    throw new AwsError('ValidationException', `TimeToLive is already ${Enabled ? 'enabled' : 'disabled'}`);
  }
  await save(engine, table, Enabled ? { ...others, ttlAttribute: AttributeName } : others);
  return { TimeToLiveSpecification: { AttributeName, Enabled } };
}

/** Answers whether TTL is enabled, and on which attribute. */
export async function describeTimeToLive(engine: Engine, input: Json): Promise<Json> {
  const attribute = await ttlAttributeOf(engine, await tableName(engine, input));
  const description =
    attribute === undefined
      ? { TimeToLiveStatus: 'DISABLED' }
      : { TimeToLiveStatus: 'ENABLED', AttributeName: attribute };
  return { TimeToLiveDescription: description };
}

/** Records whether point-in-time recovery is wanted; nothing is backed up. */
export async function updateContinuousBackups(engine: Engine, input: Json): Promise<Json> {
  const table = await tableName(engine, input);
  const { PointInTimeRecoveryEnabled } = Object(input['PointInTimeRecoverySpecification']);
  const settings = await settingsOf(engine, table);
  await save(engine, table, { ...settings, hasPointInTimeRecovery: PointInTimeRecoveryEnabled === true });
  return describeContinuousBackups(engine, input);
}

/** Answers what was recorded about point-in-time recovery. */
export async function describeContinuousBackups(engine: Engine, input: Json): Promise<Json> {
  const { hasPointInTimeRecovery } = await settingsOf(engine, await tableName(engine, input));
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: hasPointInTimeRecovery ? 'ENABLED' : 'DISABLED' },
    },
  };
}

/** Deletes a table together with what is kept about it here. */
export async function deleteTable(engine: Engine, input: Json): Promise<Json> {
  const answer = await engine.call('DeleteTable', input);
  await engine.saveRecord(recordKey(String(input['TableName'])), undefined);
  return answer;
}

async function tableName(engine: Engine, input: Json): Promise<string> {
  return (await engine.table(String(input['TableName'] ?? ''))).TableName;
}

async function settingsOf(engine: Engine, table: string): Promise<Settings> {
  return Object((await engine.record(recordKey(table))) ?? {});
}

function save(engine: Engine, table: string, settings: Settings): Promise<void> {
  return engine.saveRecord(recordKey(table), settings);
}

/** dynalite's own keys start with `table~`, `tag-`, `item-` or `index-`. */
function recordKey(table: string): string {
  return `settings~${table}`;
}
