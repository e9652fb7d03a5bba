import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, StreamViewType, type TablePropsV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';

/** Long enough to notice over a holiday that a definition was lost. */
const RECOVERY_PERIOD_DAYS = 14;

/** House defaults: cost by use, and neither a mistaken deployment nor a deleted stack takes data with it. */
const tableDefaults = {
  billing: Billing.onDemand(),
  deletionProtection: true,
  removalPolicy: RemovalPolicy.RETAIN,
  pointInTimeRecoverySpecification: {
    pointInTimeRecoveryEnabled: true,
    recoveryPeriodInDays: RECOVERY_PERIOD_DAYS,
  },
} satisfies Partial<TablePropsV2>;

/** The two tables: what people write, and what the provisioner writes. */
export class ProvisionerTables extends Construct {
  /** One item is one definition. */
  readonly workerTypes: TableV2;
  /** Launch intents, statuses, the lease; `expiresAt` in epoch seconds removes what is old. */
  readonly state: TableV2;

  /** The names are fixed, so that tools find the tables and a stack that is created again can take them over. */
  constructor(scope: Construct, id: string, provisionerId: string) {
    super(scope, id);
    this.workerTypes = new TableV2(this, 'WorkerTypes', {
      ...tableDefaults,
      tableName: `SpotProvisioner-${provisionerId}-WorkerTypes`,
      partitionKey: { name: 'provisionerId', type: AttributeType.STRING },
      sortKey: { name: 'workerType', type: AttributeType.STRING },
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
    });
    this.state = new TableV2(this, 'State', {
      ...tableDefaults,
      tableName: `SpotProvisioner-${provisionerId}-State`,
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
    });
  }
}
