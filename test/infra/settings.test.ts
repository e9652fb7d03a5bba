import { describe, expect, it } from 'vitest';
import { readInfraSettings } from '../../lib/infra/settings.ts';

describe('Settings of a deployment', () => {
  it('have a default for everything', () => {
    expect(readInfraSettings({})).toEqual({
      provisionerId: 'main',
      alarmEmail: undefined,
      taskQueueArns: undefined,
      workerManagedPolicyArns: [],
      regions: [],
      tickSeconds: 10,
      memoryMiB: 256,
      typesPerShard: 750,
      quietQueueSeconds: 0,
      spendAlarmUsdPerHour: undefined,
      logRetentionDays: 30,
      createSpotServiceLinkedRole: false,
      account: undefined,
      region: undefined,
    });
  });

  it('read the same from the command line, where all is text, as from cdk.json', () => {
    const queues = ['arn:aws:sqs:eu-west-1:111122223333:a', 'arn:aws:sqs:eu-west-1:111122223333:b-*'];
    const fromJson = {
      tickSeconds: 20,
      memoryMiB: 1769,
      typesPerShard: 1000,
      quietQueueSeconds: 120,
      logRetentionDays: 90,
      createSpotServiceLinkedRole: true,
      taskQueueArns: queues,
      regions: ['us-east-1', 'us-west-2'],
    };
    const fromCommandLine = {
      tickSeconds: '20',
      memoryMiB: '1769',
      typesPerShard: '1000',
      quietQueueSeconds: '120',
      logRetentionDays: '90',
      createSpotServiceLinkedRole: 'true',
      taskQueueArns: queues.join(', '),
      regions: 'us-east-1,us-west-2',
    };
    expect(readInfraSettings(fromCommandLine)).toEqual(readInfraSettings(fromJson));
  });

  it.each([
    ['provisionerId', 'a_b', '1 to 38 letters, digits or -'],
    ['provisionerId', 'a'.repeat(39), '1 to 38 letters, digits or -'],
    ['provisionerId', '', '1 to 38 letters, digits or -'],
    ['provisionerId', '-a', '1 to 38 letters, digits or -'],
    ['alarmEmail', 'nobody', 'an e-mail address'],
    ['taskQueueArns', 'main-*', 'ARNs of SQS queues'],
    ['taskQueueArns', [], 'ARNs of SQS queues'],
    ['taskQueueArns', '*', 'ARNs of SQS queues'],
    ['workerManagedPolicyArns', ['AmazonSSMManagedInstanceCore'], 'ARNs of managed IAM policies'],
    ['regions', 'Ireland', 'regions such as eu-west-1'],
    ['regions', [], 'regions such as eu-west-1'],
    ['spendAlarmUsdPerHour', 0, 'USD an hour, more than 0'],
    ['spendAlarmUsdPerHour', 'much', 'USD an hour, more than 0'],
    ['quietQueueSeconds', -1, 'whole seconds from 0 to 3600'],
    ['typesPerShard', 9, 'whole numbers from 10 to 5000'],
    ['typesPerShard', 'many', 'whole numbers from 10 to 5000'],
    ['tickSeconds', '', 'whole seconds from 1 to 60'],
    ['tickSeconds', 0, 'whole seconds from 1 to 60'],
    ['tickSeconds', '1.5', 'whole seconds from 1 to 60'],
    ['memoryMiB', 127, 'whole MiB from 128 to 3008'],
    ['memoryMiB', '3009', 'whole MiB from 128 to 3008'],
    ['memoryMiB', 256.5, 'whole MiB from 128 to 3008'],
    ['memoryMiB', '512MB', 'whole MiB from 128 to 3008'],
    ['logRetentionDays', 31, 'days: 1, 3, 5, 7, 14, 30'],
    ['createSpotServiceLinkedRole', 'yes', 'true or false'],
    ['account', 111122223333, '12 digits'],
    ['region', 'Ireland', 'a region such as eu-west-1'],
  ])('say what is wrong with %s %j: allowed are %s', (field, value, allowed) => {
    const read = () => readInfraSettings({ [field]: value });
    expect(read).toThrow(`${field}: found ${JSON.stringify(value)}, allowed: ${allowed}`);
  });

  it.each([128, 3008])('let the provision function have %i MiB', (memoryMiB) => {
    expect(readInfraSettings({ memoryMiB })).toMatchObject({ memoryMiB });
  });

  it('tell of every mistake at once', () => {
    const read = () => readInfraSettings({ tickSeconds: 0, region: 'x', alarmEmail: 'y' });
    expect(read).toThrow(/tickSeconds.*region|alarmEmail.*tickSeconds.*region/);
  });

  it('take a mistyped key for a mistake, and leave the keys of the CDK alone', () => {
    expect(() => readInfraSettings({ provisionerID: 'other' })).toThrow('provisionerID: is no setting, allowed: prov');
    const ofTheCdk = { '@aws-cdk/core:x': true, 'aws:cdk:bundling-stacks': [], 'availability-zones:account=1': [] };
    expect(readInfraSettings(ofTheCdk).provisionerId).toBe('main');
  });
});
