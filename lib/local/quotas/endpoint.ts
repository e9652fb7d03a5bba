import { AwsError } from '../aws-json/aws-error.ts';
import { type Fault, FaultTable } from '../aws-json/fault-table.ts';
import { startJsonServer } from '../aws-json/json-server.ts';

/** vCPUs of a quota that nobody set: enough for everything that a machine can imitate. */
const USUAL_VCPUS = 1_000;

/** A running local Service Quotas with EC2's quotas of vCPUs, the same in each region. */
export interface QuotasEndpoint {
  readonly url: string;
  readonly port: number;
  /** The account's value of a quota; undefined leaves it at AWS's default. */
  set(quotaCode: string, value: number | undefined): void;
  setFault(fault: Fault): void;
  clearFaults(): void;
  close(): Promise<void>;
}

/** Starts a local Service Quotas on 127.0.0.1, on an ephemeral port unless told otherwise. */
export async function startQuotasEndpoint(options: { readonly port?: number } = {}): Promise<QuotasEndpoint> {
  const values = new Map<string, number | undefined>();
  const faults = new FaultTable();
  const server = await startJsonServer(options.port ?? 0, async ({ action, input }) => {
    try {
      faults.throwIfSet(action, input);
      return { status: 200, body: { Quota: quotaOf(action, input, values) } };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { status: error.status, body: { __type: error.code, message: error.message } };
    }
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    set: (quotaCode, value) => void values.set(quotaCode, value),
    setFault: (fault) => faults.set(fault),
    clearFaults: () => faults.clear(),
    close: () => server.close(),
  };
}

function quotaOf(
  action: string,
  input: Readonly<Record<string, unknown>>,
  values: ReadonlyMap<string, number | undefined>,
) {
  const code = String(input['QuotaCode']);
  const quota = { ServiceCode: 'ec2', QuotaCode: code, Unit: 'None', Adjustable: true };
  if (action === 'GetAWSDefaultServiceQuota') return { ...quota, Value: USUAL_VCPUS };
  if (action !== 'GetServiceQuota') throw new AwsError('UnknownOperationException', `${action} is not supported here.`);
  const value = values.has(code) ? values.get(code) : USUAL_VCPUS;
  if (value === undefined) throw new AwsError('NoSuchResourceException', `The account has no value of ${code}.`);
  return { ...quota, Value: value };
}
