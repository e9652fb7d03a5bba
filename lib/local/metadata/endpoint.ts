import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type MetadataView, readMetadata } from './metadata-view.ts';
import { SessionTokens } from './session-tokens.ts';

/** `lookup` finds a running instance; an instance it does not know has no metadata. */
export interface MetadataEndpointOptions {
  readonly port?: number;
  readonly lookup: (instanceId: string) => MetadataView | undefined;
}

/** A running metadata service for all instances of the local EC2. */
export interface MetadataEndpoint {
  readonly url: string;
  /** What `AWS_EC2_METADATA_SERVICE_ENDPOINT` is on that instance. */
  endpointFor(instanceId: string): string;
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly body?: string | Uint8Array;
}

/** The longest life of a token: 6 hours (EC2 user guide, IMDSv2). */
const MAX_TTL_SECONDS = 21_600;

/**
 * Starts a metadata service, version 2 only, on 127.0.0.1 (ephemeral port unless told otherwise). All processes call
 * from one address, so each instance has its own path prefix. Rejects when the port is taken.
 */
export async function startMetadataEndpoint({ port = 0, lookup }: MetadataEndpointOptions): Promise<MetadataEndpoint> {
  const tokens = new SessionTokens();
  const server = createServer((request, response) => {
    const { status, body = '' } = answer(request, lookup, tokens);
    response.writeHead(status, { 'content-type': 'text/plain' }).end(body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    endpointFor: (instanceId) => `${url}/${instanceId}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(
  { method, url = '', headers }: IncomingMessage,
  lookup: MetadataEndpointOptions['lookup'],
  tokens: SessionTokens,
): Reply {
  const nowMs = Date.now();
  const [, instanceId = '', path = ''] = /^\/([^/?]+)\/latest\/([^?]*?)\/*$/.exec(decode(url)) ?? [];
  const view = lookup(instanceId);
  if (view === undefined) return { status: 404 };
  if (method === 'PUT' && path === 'api/token') {
    const ttlSeconds = Number(headers['x-aws-ec2-metadata-token-ttl-seconds']);
    if (!(ttlSeconds >= 1 && ttlSeconds <= MAX_TTL_SECONDS)) return { status: 400 };
    return { status: 200, body: tokens.issue(instanceId, ttlSeconds, nowMs) };
  }
  if (method !== 'GET') return { status: 405 };
  if (!tokens.isValid(String(headers['x-aws-ec2-metadata-token']), instanceId, nowMs)) return { status: 401 };
  const body = readMetadata(view, path, nowMs);
  return body === undefined ? { status: 404 } : { status: 200, body };
}

function decode(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}
