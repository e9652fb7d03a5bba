/** Answers within milliseconds on a healthy instance. */
const TIMEOUT_MS = 2_000;
/** The longest life that IMDSv2 gives a token. */
const TOKEN_TTL_SECONDS = 21_600;

/** Reads the instance metadata service, version 2. */
export class MetadataClient {
  readonly #base: string;
  #token: string | undefined;

  /** `endpoint` may end in a path: local mode gives each instance its own. */
  constructor(endpoint = 'http://169.254.169.254') {
    this.#base = endpoint.replace(/\/+$/, '');
  }

  /** The text below `/latest/`, undefined when there is none (404). Throws when the service does not answer. */
  async get(path: string): Promise<string | undefined> {
    let response = await this.#get(path);
    if (response.status === 401) {
      this.#token = undefined;
      response = await this.#get(path);
    }
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`metadata ${path}: status ${response.status}`);
    return response.text();
  }

  async #get(path: string): Promise<Response> {
    this.#token ??= await this.#newToken();
    return this.#request(path, 'GET', { 'x-aws-ec2-metadata-token': this.#token });
  }

  async #newToken(): Promise<string> {
    const response = await this.#request('api/token', 'PUT', {
      'x-aws-ec2-metadata-token-ttl-seconds': String(TOKEN_TTL_SECONDS),
    });
    if (!response.ok) throw new Error(`metadata token: status ${response.status}`);
    return response.text();
  }

  #request(path: string, method: string, headers: Record<string, string>): Promise<Response> {
    return fetch(`${this.#base}/latest/${path}`, { method, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  }
}
