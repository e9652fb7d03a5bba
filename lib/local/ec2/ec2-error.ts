/** HTTP status of the codes that are not 400 (EC2 API error code reference; server errors are the ones an SDK retries). */
const statusByCode: Readonly<Record<string, number>> = {
  InsufficientInstanceCapacity: 500,
  InternalError: 500,
  RequestLimitExceeded: 503,
  Unavailable: 503,
  DryRunOperation: 412,
  UnauthorizedOperation: 403,
};

/** An answer of EC2 that refuses the call: its code, message and HTTP status. */
export class Ec2Error extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status: number = statusByCode[code] ?? 400) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
  }
}

/** The error for a required parameter that is absent. */
export function missingParameter(name: string): Ec2Error {
  return new Ec2Error('MissingParameter', `The request must contain the parameter ${name}`);
}

/** The error for a parameter EC2 knows but this world does not imitate: refused, so that nobody relies on it. */
export function notImitated(name: string): Ec2Error {
  return new Ec2Error('UnsupportedOperation', `The local EC2 endpoint does not imitate ${name}.`);
}
