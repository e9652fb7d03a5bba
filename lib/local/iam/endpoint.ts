import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

const NAMESPACE = 'https://iam.amazonaws.com/doc/2010-05-08/';

/** A running local IAM that knows instance profiles. */
export interface IamEndpoint {
  readonly url: string;
  readonly port: number;
  /** Makes an instance profile, by its ARN. */
  putInstanceProfile(arn: string): void;
  /** From now on every call is answered with this error; undefined ends that. */
  failWith(error: { readonly code: string; readonly status: number } | undefined): void;
  close(): Promise<void>;
}

/** Starts a local IAM on 127.0.0.1, on an ephemeral port unless told otherwise. It knows GetInstanceProfile. */
export async function startIamEndpoint(options: { readonly port?: number } = {}): Promise<IamEndpoint> {
  const arns = new Map<string, string>();
  let failure: { readonly code: string; readonly status: number } | undefined;
  const server = createServer((request, response) => {
    bodyOf(request)
      .then((body) => {
        const { status, xml } = failure === undefined ? answer(body, arns) : refusal(failure.status, failure.code);
        response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    putInstanceProfile: (arn) => void arns.set(arn.slice(arn.lastIndexOf('/') + 1), arn),
    failWith: (error) => {
      failure = error;
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<URLSearchParams> {
  request.setEncoding('utf8');
  let body = '';
  for await (const chunk of request) body += chunk;
  return new URLSearchParams(body);
}

function answer(body: URLSearchParams, arns: ReadonlyMap<string, string>): { status: number; xml: string } {
  const action = body.get('Action');
  if (action !== 'GetInstanceProfile') return refusal(400, 'InvalidAction');
  const name = body.get('InstanceProfileName') ?? '';
  const arn = arns.get(name);
  if (arn === undefined) return refusal(404, 'NoSuchEntity', `Instance Profile ${name} cannot be found.`);
  const profile = `<InstanceProfileName>${name}</InstanceProfileName><Arn>${arn}</Arn><Path>/</Path><Roles/>`;
  const result = `<GetInstanceProfileResult><InstanceProfile>${profile}</InstanceProfile></GetInstanceProfileResult>`;
  return {
    status: 200,
    xml: `<GetInstanceProfileResponse xmlns="${NAMESPACE}">${result}${metadata()}</GetInstanceProfileResponse>`,
  };
}

function refusal(status: number, code: string, message = code): { status: number; xml: string } {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return {
    status,
    xml: `<ErrorResponse xmlns="${NAMESPACE}">${error}<RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
  };
}

const metadata = (): string => `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>`;
