/** Lets shared work overlap and exclusive work run alone, in order of arrival. */
export class ReadersWriterLock {
  #sharing = 0;
  #isExclusive = false;
  #waiting: { readonly isExclusive: boolean; readonly start: () => void }[] = [];

  /** Runs `work` beside other shared work. */
  async shared<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#run(false, work);
  }

  /** Runs `work` with nothing else running. */
  async exclusive<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#run(true, work);
  }

  async #run<Result>(isExclusive: boolean, work: () => Promise<Result>): Promise<Result> {
    await new Promise<void>((start) => {
      this.#waiting.push({ isExclusive, start });
      this.#admit();
    });
    try {
      return await work();
    } finally {
      if (isExclusive) this.#isExclusive = false;
      else this.#sharing -= 1;
      this.#admit();
    }
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#isExclusive || (next.isExclusive && this.#sharing > 0)) return;
      this.#waiting.shift();
      if (next.isExclusive) this.#isExclusive = true;
      else this.#sharing += 1;
      next.start();
    }
  }
}
