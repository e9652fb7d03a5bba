/** Enough for a stack trace, little enough for a log line. */
const MAX_BYTES = 4096;

/** Keeps the end of a task's output, whatever its length. */
export class OutputTail {
  #bytes = Buffer.alloc(0);

  append(chunk: Buffer): void {
    const joined = Buffer.concat([this.#bytes, chunk.subarray(-MAX_BYTES)]);
    this.#bytes = Buffer.from(joined.subarray(-MAX_BYTES));
  }

  text(): string {
    return this.#bytes.toString('utf8');
  }
}
