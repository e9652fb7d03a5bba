import type { AwsClients } from '../../lib/aws/clients.ts';

/** What the clients' stacks have in common does not depend on their commands. */
type Stack = ReturnType<AwsClients['ec2']>['middlewareStack'];

/** Process death by fault injection: from the chosen point on, no call of the killed process ever comes back. */
export class KillSwitch {
  readonly #killAt: number;
  readonly #underway = new Set<Promise<unknown>>();
  #points = 0;
  #kill: () => void = () => undefined;
  /** Settles when the process has been killed. */
  readonly killed: Promise<'killed'>;

  /** @param killAt the await point to die at, from 1 on; Infinity never dies and only counts */
  constructor(killAt: number) {
    this.#killAt = killAt;
    this.killed = new Promise((resolve) => {
      this.#kill = () => resolve('killed');
    });
  }

  /** Await points passed so far: two for each call, one before it acts and one after. */
  get points(): number {
    return this.#points;
  }

  /** The same ports, each of whose asynchronous calls can be the one in which the process dies. */
  guard<Ports extends object>(ports: Ports): Ports {
    return Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, this.#guardPort(port)])) as Ports;
  }

  /**
   * Clients that reach the same services, each of whose HTTP requests can be the one in which the process dies: unsent,
   * or unanswered. Those of EC2 are guarded when their region is first asked for.
   */
  guardClients(clients: AwsClients): AwsClients {
    const guarded = new WeakSet<object>();
    const guard = <Client extends { readonly middlewareStack: unknown }>(client: Client): Client => {
      if (!guarded.has(client)) this.#guardRequests(client.middlewareStack as Stack);
      guarded.add(client);
      return client;
    };
    return {
      dynamoDb: guard(clients.dynamoDb),
      sqs: guard(clients.sqs),
      events: guard(clients.events),
      ec2: (region) => guard(clients.ec2(region)),
      ec2Launch: (region) => guard(clients.ec2Launch(region)),
      destroy: () => clients.destroy(),
    };
  }

  /** Settles when the server is done with every request that left before the process died. */
  async quiet(): Promise<void> {
    await Promise.allSettled(this.#underway);
  }

  /** One await point: returns, or never. */
  async point(): Promise<void> {
    this.#points += 1;
    if (this.#points < this.#killAt) return;
    this.#kill();
    await new Promise(() => undefined);
  }

  #guardRequests(stack: Stack): void {
    // The innermost step: each attempt of the SDK counts, and nothing of the SDK comes between it and the connection.
    stack.add(
      (next) => async (request) => {
        await this.point();
        const exchange = next(request);
        this.#underway.add(exchange);
        const answer = await exchange.finally(() => this.#underway.delete(exchange));
        await this.point();
        return answer;
      },
      { step: 'deserialize', priority: 'low', name: 'killSwitch' },
    );
  }

  #guardPort(port: object): object {
    return new Proxy(port, {
      get: (target, key) => {
        const value = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        return (...parameters: unknown[]) => {
          if (this.#points >= this.#killAt) return new Promise(() => undefined);
          if (isSynchronous(key)) return value.apply(target, parameters);
          return this.point()
            .then(() => value.apply(target, parameters))
            .then((answer) => this.point().then(() => answer));
        };
      },
    });
  }
}

/** Calls that do not leave the process. */
const isSynchronous = (key: string | symbol): boolean => ['now', 'event', 'count', 'publish'].includes(String(key));
