import { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { eventBusName } from '../core/bus-names.ts';

/** The event bus of a provisioner. Nobody outside the account may put events on it. */
export class ProvisionerBus extends Construct {
  readonly bus: EventBus;

  /** The name is fixed, so that producers and owners of worker types find it. */
  constructor(scope: Construct, id: string, provisionerId: string) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: eventBusName(provisionerId),
      description: `Changes of worker types of the spot provisioner ${provisionerId}, and wishes that it looks at once`,
    });
  }
}
