import { setTimeout } from 'node:timers/promises';

const ATTEMPTS = 5;
const FIRST_WAIT_MS = 20;

/**
 * Repeats a write that met another one on the same item. DynamoDB refuses the later of two such writes where one is a
 * transaction, and the SDK does not repeat that by itself.
 */
export async function retryConflicts<Answer>(write: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (attempt === ATTEMPTS || !isConflict(error)) throw error;
      // Jitter, so that the two do not meet again.
      await setTimeout(FIRST_WAIT_MS * 2 ** attempt * Math.random());
    }
  }
}

function isConflict(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'TransactionConflictException') return true;
  const { CancellationReasons: reasons } = error as { CancellationReasons?: readonly { readonly Code?: string }[] };
  return reasons?.some(({ Code }) => Code === 'TransactionConflict') ?? false;
}
