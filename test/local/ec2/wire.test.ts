import { DescribeInstancesCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { localImages } from '../../../lib/local/ec2/catalogue.ts';
import { startLocalEc2 } from './local-ec2.ts';

async function post(url: string, parameters: readonly string[]) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: [...parameters, 'Version=2016-11-15'].join('&'),
  });
  return {
    status: response.status,
    contentType: response.headers.get('content-type'),
    requestId: response.headers.get('x-amzn-requestid'),
    xml: await response.text(),
  };
}

const runOne = [
  'Action=RunInstances',
  'ImageId=ami-00000000000a4464a',
  'InstanceType=c7g.large',
  'MinCount=1',
  'MaxCount=1',
];

describe('the wire', () => {
  it('answers a literal request with literal XML', async () => {
    const { endpoint, world } = await startLocalEc2({ shutdownDelayMs: 1_000 });
    await post(endpoint.url, runOne);
    const id = world.instances()[0]?.instanceId;
    const answer = await post(endpoint.url, ['Action=TerminateInstances', `InstanceId.1=${id}`]);
    expect(answer.status).toBe(200);
    expect(answer.contentType).toBe('text/xml;charset=UTF-8');
    expect(answer.xml).toBe(
      '<TerminateInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">' +
        `<requestId>${answer.requestId}</requestId>` +
        '<instancesSet><item>' +
        `<instanceId>${id}</instanceId>` +
        '<currentState><code>32</code><name>shutting-down</name></currentState>' +
        '<previousState><code>16</code><name>running</name></previousState>' +
        '</item></instancesSet></TerminateInstancesResponse>',
    );
  });

  it('sorts list members by number and escapes text', async () => {
    const { endpoint } = await startLocalEc2();
    const tags = Array.from({ length: 11 }, (_, index) => [
      `TagSpecification.1.Tag.${11 - index}.Key=k${11 - index}`,
      `TagSpecification.1.Tag.${11 - index}.Value=%3C%26%22%3E`,
    ]).flat();
    const { xml } = await post(endpoint.url, [...runOne, 'TagSpecification.1.ResourceType=instance', ...tags]);
    const keys = [...xml.matchAll(/<key>(\w+)<\/key><value>&lt;&amp;&quot;&gt;<\/value>/g)].map((match) => match[1]);
    expect(keys).toEqual(['k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7', 'k8', 'k9', 'k10', 'k11']);
  });

  it('answers actions without output with return true', async () => {
    const { endpoint, world } = await startLocalEc2();
    await post(endpoint.url, runOne);
    const id = world.instances()[0]?.instanceId;
    const answer = await post(endpoint.url, [
      'Action=CreateTags',
      `ResourceId.1=${id}`,
      'Tag.1.Key=a',
      'Tag.1.Value=b',
    ]);
    expect(answer.xml).toBe(
      `<CreateTagsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>${answer.requestId}</requestId><return>true</return></CreateTagsResponse>`,
    );
  });

  it('answers a refusal with literal XML', async () => {
    const { endpoint } = await startLocalEc2();
    const answer = await post(endpoint.url, ['Action=DescribeInstances', 'Filter.1.Name=%3C', 'Filter.1.Value.1=x']);
    expect(answer.status).toBe(400);
    expect(answer.xml).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>InvalidParameterValue</Code>' +
        "<Message>The filter '&lt;' is invalid</Message></Error></Errors>" +
        `<RequestID>${answer.requestId}</RequestID></Response>`,
    );
  });

  it.each`
    fact                                               | parameters                                          | code
    ${'an action that EC2 does not have'}              | ${['Action=LaunchRockets']}                         | ${'InvalidAction'}
    ${'an action that this endpoint does not imitate'} | ${['Action=DescribeVpcs']}                          | ${'UnsupportedOperation'}
    ${'a parameter that the action does not have'}     | ${['Action=DescribeInstances', 'Instances.1=i-1']}  | ${'UnknownParameter'}
    ${'a parameter too deep in a structure'}           | ${['Action=DescribeInstances', 'Filter.1.Nmae=a']}  | ${'UnknownParameter'}
    ${'members below a plain value'}                   | ${['Action=DescribeInstances', 'MaxResults.1=5']}   | ${'UnknownParameter'}
    ${'a list member that is no number'}               | ${['Action=DescribeInstances', 'InstanceId.a=i-1']} | ${'UnknownParameter'}
    ${'a word for a number'}                           | ${['Action=DescribeInstances', 'MaxResults=many']}  | ${'InvalidParameterValue'}
    ${'a word for a boolean'}                          | ${['Action=DescribeInstances', 'DryRun=maybe']}     | ${'InvalidParameterValue'}
  `('refuses $fact', async ({ parameters, code }: { parameters: string[]; code: string }) => {
    const { endpoint } = await startLocalEc2();
    const { status, xml } = await post(endpoint.url, parameters);
    expect(status).toBe(400);
    expect(xml).toContain(`<Code>${code}</Code>`);
  });

  it('carries quotes, newlines, other scripts, empty text and times through the SDK unchanged', async () => {
    const { ec2, clock } = await startLocalEc2();
    const value = 'a "b" <c> & \'d\'\n\tö 工 🙂';
    const launched = await ec2.send(
      new RunInstancesCommand({
        ImageId: localImages.linuxArm64,
        InstanceType: 'c7g.large',
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: [
          {
            ResourceType: 'instance',
            Tags: [
              { Key: 'odd', Value: value },
              { Key: 'empty', Value: '' },
            ],
          },
        ],
      }),
    );
    expect(launched.Instances?.[0]?.Tags).toEqual([
      { Key: 'odd', Value: value },
      { Key: 'empty', Value: '' },
    ]);
    expect(launched.Instances?.[0]?.LaunchTime).toEqual(new Date(clock.nowMs));
    expect(launched.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('sends empty sets as empty lists', async () => {
    const { ec2 } = await startLocalEc2();
    expect((await ec2.send(new DescribeInstancesCommand({}))).Reservations).toEqual([]);
  });
});
