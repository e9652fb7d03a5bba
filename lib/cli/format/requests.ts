import type { CliPorts } from '../ports.ts';

/** Requests to EC2, each with its input as JSON, indented by two. */
export const formatRequests = (requests: ReturnType<CliPorts['launchPreview']['requestsFor']>): string[] =>
  requests.map(({ action, input }) => `  ${action} ${JSON.stringify(input, null, 2)}`.replace(/\n/g, '\n  '));
