import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer } from './dispatch.ts';
import type { Ec2World } from './world.ts';

/** A running endpoint. */
export interface Ec2Endpoint {
  readonly url: string;
  readonly port: number;
  /** Breaks the connections still open and stops listening. The world stays as it is. */
  close(): Promise<void>;
}

/** Serves the EC2 Query API of a world on the loopback interface; without a port the system chooses one. */
export async function startEc2Endpoint(options: {
  world: Ec2World;
  port?: number;
  host?: '127.0.0.1';
}): Promise<Ec2Endpoint> {
  const host = options.host ?? '127.0.0.1';
  const server = createServer((request, response) => {
    serve(options.world, request, response).catch((error: unknown) => {
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

async function serve(world: Ec2World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  request.setEncoding('utf8');
  let body = '';
  for await (const chunk of request) body += chunk;
  const result = await answer(world, body);
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
