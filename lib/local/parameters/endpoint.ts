import { AwsError } from '../aws-json/aws-error.ts';
import { type Fault, FaultTable } from '../aws-json/fault-table.ts';
import { startJsonServer } from '../aws-json/json-server.ts';

/** A running local SSM parameter store, the same in each region. */
export interface ParametersEndpoint {
  readonly url: string;
  readonly port: number;
  /** Writes a parameter of type String. */
  put(name: string, value: string): void;
  setFault(fault: Fault): void;
  clearFaults(): void;
  close(): Promise<void>;
}

/** Starts a local parameter store on 127.0.0.1, on an ephemeral port unless told otherwise. It knows GetParameters. */
export async function startParametersEndpoint(
  options: {
    readonly port?: number;
    /** Answers parameters that nobody has put. */
    readonly otherwise?: (region: string, name: string) => string | undefined;
  } = {},
): Promise<ParametersEndpoint> {
  const values = new Map<string, string>();
  const faults = new FaultTable();
  const server = await startJsonServer(options.port ?? 0, async ({ action, input, region }) => {
    try {
      faults.throwIfSet(action, input);
      if (action !== 'GetParameters')
        throw new AwsError('UnknownOperationException', `${action} is not supported here.`);
      return {
        status: 200,
        body: getParameters(namesOf(input), (name) => values.get(name) ?? options.otherwise?.(region, name)),
      };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { status: error.status, body: { __type: error.code, message: error.message } };
    }
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    put: (name, value) => void values.set(name, value),
    setFault: (fault) => faults.set(fault),
    clearFaults: () => faults.clear(),
    close: () => server.close(),
  };
}

/** GetParameters takes one to ten names (SSM API reference). */
function namesOf(input: Readonly<Record<string, unknown>>): readonly string[] {
  const { Names: names } = input as { Names?: readonly unknown[] };
  if (!Array.isArray(names) || names.length < 1 || names.length > 10)
    throw new AwsError('ValidationException', 'Names must hold 1 to 10 names.');
  return names.map(String);
}

/** Every version is the newest one here: `NAME:3` and `NAME:label` answer the present value. */
function getParameters(names: readonly string[], read: (name: string) => string | undefined) {
  const found = names.flatMap((asked) => {
    const [name = '', selector] = asked.split(':');
    const value = read(name);
    if (value === undefined) return [];
    return [
      { Name: name, Type: 'String', Value: value, Version: 1, ...(selector ? { Selector: `:${selector}` } : {}) },
    ];
  });
  return {
    Parameters: found,
    InvalidParameters: names.filter((asked) => read(asked.split(':')[0] ?? '') === undefined),
  };
}
