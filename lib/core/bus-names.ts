/** What an event on the bus of a provisioner is about, in EventBridge's words its detail type. */
export type BusEventType = 'Worker Type State Change' | 'Tasks Waiting' | 'Shard Due';

/** The bus of one provisioner. */
export const eventBusName = (provisionerId: string): string => `SpotProvisioner-${provisionerId}`;

/** The source of every event on that bus. Names that begin with `aws.` are AWS's own. */
export const busSource = (provisionerId: string): string => `spot-provisioner.${provisionerId}`;
