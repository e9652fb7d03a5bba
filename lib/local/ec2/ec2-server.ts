import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, answer } from './dispatch.ts';
import { Ec2Error } from './ec2-error.ts';
import type { Ec2World } from './world.ts';
import { encodeError } from './xml-encoder.ts';

/** A running endpoint. */
export interface Ec2Endpoint {
  readonly url: string;
  readonly port: number;
  /** Breaks the connections still open and stops listening. The worlds stay as they are. */
  close(): Promise<void>;
}

/** One world for every caller, or worlds by Region, of which a request means the one that it is signed for. */
type Served = { readonly world: Ec2World } | { readonly worlds: ReadonlyMap<string, Ec2World> };

/** Serves the EC2 Query API on the loopback interface; without a port the system chooses one. */
export async function startEc2Endpoint(
  options: Served & { readonly port?: number; readonly host?: '127.0.0.1' },
): Promise<Ec2Endpoint> {
  const host = options.host ?? '127.0.0.1';
  const server = createServer((request, response) => {
    serve(options, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(served: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  request.setEncoding('utf8');
  let body = '';
  for await (const chunk of request) body += chunk;
  const world = worldFor(served, request.headers.authorization);
  const result = world instanceof Ec2Error ? refused(world) : await answer(world, body);
  if (result.kind === 'dropped') {
    request.socket.destroy();
    return;
  }
  response.writeHead(result.status, {
    'content-type': 'text/xml;charset=UTF-8',
    // The SDK takes the request id from this header, not from the XML.
    'x-amzn-requestid': result.requestId,
  });
  response.end(result.xml);
}

/** The world that a request means by the scope of its signature (`Credential=KEY/DAY/REGION/ec2/aws4_request`). */
function worldFor(served: Served, authorization: string | undefined): Ec2World | Ec2Error {
  if ('world' in served) return served.world;
  const region = /Credential=[^/,\s]+\/\d{8}\/([^/,\s]+)\//.exec(authorization ?? '')?.[1];
  if (region === undefined) {
    return new Ec2Error('AuthFailure', 'The request is not signed: its signature says which Region it means.', 401);
  }
  const here = [...served.worlds.keys()].join(', ');
  return (
    served.worlds.get(region) ??
    new Ec2Error('AuthFailure', `Credential should be scoped to a valid region: '${region}' is none of ${here}.`, 401)
  );
}

function refused(error: Ec2Error): Answer {
  const requestId = randomUUID();
  return { kind: 'answered', status: error.status, requestId, xml: encodeError(error, requestId) };
}
