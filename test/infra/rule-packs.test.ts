import { Validations } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { type Synthesized, synthesize } from './synthesized.ts';

interface Report {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly conclusion: string;
    readonly violations: readonly { readonly ruleName: string }[];
    readonly suppressedViolations?: readonly { readonly acknowledgedId: string; readonly reason: string }[];
  }[];
}

/** Ids of all acknowledgements that the constructs carry. */
function acknowledgedIds({ app }: Synthesized): string[] {
  const ids = app.node
    .findAll()
    .flatMap(({ node }) =>
      node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .flatMap(({ data }) => Object.keys(data as object)),
    );
  return [...new Set(ids)].toSorted();
}

describe.each([
  ['with defaults', {}],
  [
    'with everything chosen',
    {
      alarmEmail: 'ops@example.org',
      createSpotServiceLinkedRole: true,
      taskQueueArns: ['arn:aws:sqs:eu-west-1:111122223333:jobs-*', 'arn:aws:sqs:eu-west-1:111122223333:one'],
      workerManagedPolicyArns: [
        'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore',
        'arn:aws:iam::111122223333:policy/own',
      ],
      regions: ['us-east-1', 'us-west-1', 'us-west-2', 'eu-central-1', 'ap-northeast-1'],
      account: '111122223333',
      region: 'eu-west-1',
    },
  ],
])('The rule packs, %s', (_, context) => {
  const synthesized = synthesize(context);
  const { pluginReports } = JSON.parse(synthesized.validationReport) as Report;
  const acknowledged = pluginReports.flatMap(({ suppressedViolations = [] }) => suppressedViolations);

  it('have judged the stack and find nothing that is not acknowledged', () => {
    expect(pluginReports.map(({ pluginName }) => pluginName)).toEqual(
      expect.arrayContaining(['AwsSolutions', 'Serverless']),
    );
    expect(pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(10);
  });

  it('every acknowledgement answers a finding: none is stale', () => {
    const answered = new Set(acknowledged.map(({ acknowledgedId }) => acknowledgedId));
    expect(acknowledgedIds(synthesized)).toEqual([...answered].toSorted());
  });

  it('every acknowledgement gives a reason, in a sentence', () => {
    for (const { reason } of acknowledged) expect(reason).toMatch(/^[A-Z].{15,}\.$/);
  });
});
