import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A process of its own that answers one order at a time. */
export interface Child<Order> {
  ask<Answer>(order: Order): Promise<Answer>;
  /** Ends it and waits until it is gone. */
  end(): Promise<void>;
}

/** Starts a module as a process. What it prints goes nowhere, like the log of a Lambda. */
export function startChild<Order extends object>(module: string, nodeOptions: readonly string[] = []): Child<Order> {
  const child: ChildProcess = fork(module, {
    execArgv: [...nodeOptions],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = once(child, 'exit');
  return {
    async ask<Answer>(order: Order) {
      const died = gone.then(([code]) => Promise.reject(new Error(`${module} ended with ${code}`)));
      const answered = once(child, 'message') as Promise<[{ readonly answer: Answer } | { readonly failure: string }]>;
      child.send(order);
      const [message] = await Promise.race([answered, died]);
      if ('failure' in message) throw new Error(`${module}: ${message.failure}`);
      return message.answer;
    },
    async end() {
      child.disconnect();
      await gone;
    },
  };
}

/** The other side: answers each order by what `work` returns. */
export function answerOrders<Order>(work: (order: Order) => Promise<unknown>): void {
  process.on('disconnect', () => process.exit());
  process.on('message', (order: Order) => {
    void work(order)
      .then(
        (answer) => ({ answer: answer ?? {} }),
        (error: unknown) => ({ failure: error instanceof Error ? String(error.stack) : String(error) }),
      )
      .then((message) => process.send?.(message));
  });
}
