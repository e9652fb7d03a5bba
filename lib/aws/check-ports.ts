import type { LaunchPreview } from '../control/ports.ts';
import { type AccountEndpoints, accountClients } from './account-clients.ts';
import type { AwsClients } from './clients.ts';
import { Ec2Account } from './ec2-account.ts';
import { Ec2LaunchRehearsal } from './ec2-launch-rehearsal.ts';

/**
 * The ports that the check of definitions needs beside the usual ones. They bring further SDK clients: a program whose
 * start counts does not import them.
 */
export function checkPorts(
  homeRegion: string,
  clients: Pick<AwsClients, 'ec2' | 'sqs'>,
  launchPreview: LaunchPreview,
  endpoints?: AccountEndpoints,
) {
  return {
    account: new Ec2Account(clients, accountClients(homeRegion, endpoints)),
    rehearsal: new Ec2LaunchRehearsal(clients, launchPreview),
  };
}
