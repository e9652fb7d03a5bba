import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** DynamoDB's limit on a request body, the largest of the services spoken here. */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

/** One call in the AWS JSON 1.0 protocol. */
export interface JsonCall {
  readonly action: string;
  readonly input: Record<string, unknown>;
  /** The access key id of the signature, which is not verified. */
  readonly accessKeyId: string;
  /** The region that the request is signed for; empty when it is not signed. */
  readonly region: string;
  /** Aborted when the client's connection ends before it was answered. */
  readonly clientGone: AbortSignal;
}

/** What to send back: `body` is encoded as JSON. */
export interface JsonReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A listening server; `close` ends all connections and waits for calls still being answered. */
export interface JsonServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves AWS JSON 1.0 on 127.0.0.1 (port 0 = ephemeral); rejects when the port is taken. `answer` must not reject. */
export async function startJsonServer(
  port: number,
  answer: (call: JsonCall) => Promise<JsonReply>,
): Promise<JsonServer> {
  const underway = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const exchange = serve(request, response, answer)
      .catch(() => void response.destroy())
      .finally(() => void underway.delete(exchange));
    underway.add(exchange);
  });
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await Promise.all(underway);
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (call: JsonCall) => Promise<JsonReply>,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const body = await readBody(request);
  if (body === undefined) return send(response, { status: 413, body: {} });
  const input = parseObject(body);
  if (input === undefined) {
    return send(response, { status: 400, body: { __type: 'com.amazon.coral.service#SerializationException' } });
  }
  const target = String(request.headers['x-amz-target'] ?? '');
  const signature = request.headers.authorization ?? '';
  const accessKeyId = /Credential=([^/,]+)/.exec(signature)?.[1] ?? 'anonymous';
  const region = /Credential=[^/,]+\/\d{8}\/([^/,]+)\//.exec(signature)?.[1] ?? '';
  const action = target.slice(target.lastIndexOf('.') + 1);
  send(response, await answer({ action, input, accessKeyId, region, clientGone: gone.signal }));
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    // What is too large is read to its end all the same: leaving early would cut the connection before the answer.
    if (sizeBytes <= MAX_REQUEST_BYTES) chunks.push(chunk);
  }
  if (sizeBytes > MAX_REQUEST_BYTES) return undefined;
  return Buffer.concat(chunks).toString('utf8');
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, reply: JsonReply): void {
  const body = JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': randomUUID(),
    ...reply.headers,
  });
  response.end(body);
}
