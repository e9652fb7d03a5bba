/** The answer of the parsers: a value, or everything that is wrong with the text. */
export type Parsed<Value> =
  | { readonly kind: 'parsed'; readonly value: Value }
  | { readonly kind: 'malformed'; readonly problems: readonly string[] };

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads fields of a JSON object and remembers what is wrong. By hand, because the worker has to fit into user data and
 * zod does not; tests hold the parsers to the schemas in lib/core.
 */
export class FieldReader {
  readonly problems: string[] = [];
  readonly #fields: Fields;

  constructor(text: string) {
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch {
      this.problems.push('is not JSON');
    }
    if (document !== undefined && !isObject(document)) this.problems.push('must be a JSON object');
    this.#fields = isObject(document) ? document : {};
  }

  /** Reports every field that is not listed. */
  only(names: readonly string[]): void {
    for (const name of Object.keys(this.#fields)) if (!names.includes(name)) this.problems.push(`${name} is unknown`);
  }

  string(name: string): string {
    return this.#read(name, 'a string', (value) => typeof value === 'string', '');
  }

  positive(name: string): number {
    return this.#read(name, 'a positive number', (value) => Number.isFinite(value) && Number(value) > 0, 0);
  }

  integer(name: string, min: number, max: number, absent?: number): number {
    const fits = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max;
    return this.#read(name, `an integer from ${min} to ${max}`, fits, 0, absent);
  }

  strings(name: string): string[] {
    const fits = (value: unknown) =>
      Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
    return this.#read(name, 'a list of at least one string', fits, []);
  }

  stringMap(name: string): Record<string, string> {
    const fits = (value: unknown) => isObject(value) && Object.values(value).every((item) => typeof item === 'string');
    return this.#read(name, 'an object of strings', fits, {}, {});
  }

  object(name: string): Fields {
    return this.#read(name, 'an object', isObject, {});
  }

  /** The value if everything read so far was fine. */
  result<Value>(value: Value): Parsed<Value> {
    return this.problems.length === 0 ? { kind: 'parsed', value } : { kind: 'malformed', problems: this.problems };
  }

  #read<Value>(
    name: string,
    expected: string,
    fits: (value: unknown) => boolean,
    instead: Value,
    absent?: Value,
  ): Value {
    const value = Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
    if (value === undefined && absent !== undefined) return absent;
    if (fits(value)) return value as Value;
    this.problems.push(value === undefined ? `${name} is missing` : `${name} must be ${expected}`);
    return instead;
  }
}
