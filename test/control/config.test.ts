import { describe, expect, it } from 'vitest';
import { readCheckConfig, readProvisionConfig, readReapConfig } from '../../lib/control/config.ts';

const env = {
  PROVISIONER_ID: 'acme',
  WORKER_TYPES_TABLE: 'types',
  STATE_TABLE: 'state',
  EVENT_BUS: 'bus',
  AWS_REGION: 'us-east-1',
  WORKER_INSTANCE_PROFILE_ARN: 'arn:aws:iam::1:instance-profile/worker',
};

describe('the configuration of a handler', () => {
  it('has defaults for the rhythm only', () => {
    expect(readProvisionConfig(env)).toMatchObject({ provisionerId: 'acme', tickSeconds: 10, invocationSeconds: 59 });
  });

  it('names everything that is missing or wrong in one error', () => {
    const broken = { ...env, STATE_TABLE: ' ', EVENT_BUS: '', WORKER_TYPES_TABLE: undefined, TICK_SECONDS: '' };
    expect(() => readProvisionConfig(broken)).toThrow(
      'provision is misconfigured: WORKER_TYPES_TABLE is missing; STATE_TABLE is missing; EVENT_BUS is missing; ' +
        'TICK_SECONDS must be a number of seconds, more than 0 and at most 900, found ""',
    );
  });

  it.each(['0', '-1', 'ten', '901', 'NaN'])('rejects %s as a number of seconds', (value) => {
    expect(() => readProvisionConfig({ ...env, TICK_SECONDS: value })).toThrow('TICK_SECONDS must be');
  });

  it.each(['', '9', '5001', '20.5', 'ten'])('rejects %s as a number of worker types', (value) => {
    const wanted = `TYPES_PER_SHARD must be a whole number from 10 to 5000, found "${value}"`;
    expect(() => readProvisionConfig({ ...env, TYPES_PER_SHARD: value })).toThrow(wanted);
  });

  it('asks the reaper for no launch settings', () => {
    const { WORKER_INSTANCE_PROFILE_ARN: _unused, ...rest } = env;
    expect(readReapConfig(rest)).toMatchObject({ stateTable: 'state' });
  });

  it.each([
    ['none', undefined, ['us-east-1']],
    ['an empty text', ' ', ['us-east-1']],
    ['others', 'eu-west-1, us-gov-west-1', ['us-east-1', 'eu-west-1', 'us-gov-west-1']],
    ['its own among them', 'eu-west-1,us-east-1', ['us-east-1', 'eu-west-1']],
  ])('covers its own region first, and those of REGIONS: %s', (_what, REGIONS, regions) => {
    for (const read of [readProvisionConfig, readReapConfig, readCheckConfig]) {
      expect(read({ ...env, REGIONS })).toMatchObject({ region: 'us-east-1', regions });
    }
  });

  it('rejects what is no region', () => {
    expect(() => readCheckConfig({ ...env, REGIONS: 'Ireland,eu-west-1', STATE_TABLE: '' })).toThrow(
      'check is misconfigured: STATE_TABLE is missing; REGIONS must be names of regions with commas between, found "Ireland"',
    );
  });
});
