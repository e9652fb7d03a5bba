/** The part of JSON Schema that zod makes of the worker type. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** Fields that a page explains under a heading of their own: field name -> heading. */
export type Headings = Readonly<Record<string, string>>;

/** A field without its `null`, which every field of a layer may be. */
export function withoutNull(field: JsonSchema): JsonSchema {
  const { anyOf, type, ...rest } = field;
  const alternatives = anyOf?.filter((each) => each.type !== 'null');
  if (alternatives?.length === 1) return { ...alternatives[0], ...rest };
  const types = typeof type === 'object' ? type.filter((each) => each !== 'null') : [];
  return types[0] === undefined ? field : { ...rest, type: types[0] };
}

/** One row of a Markdown table for each property; types that have a heading of their own link to it. */
export function fieldTable(schema: JsonSchema, headings: Headings): string {
  const rows = Object.entries(schema.properties ?? {}).map(([name, nullable]) => {
    const field = withoutNull(nullable);
    const isRequired = schema.required?.includes(name) ?? false;
    const heading = headings[name];
    const words = typeWords(field);
    const type =
      heading === undefined ? words : words.replace(/objects?/, (word) => `[${word}](#${anchorOf(heading)})`);
    const cells = [`\`${name}\``, type, isRequired ? '**required**' : defaultWords(field), field.description ?? ''];
    return `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| field | type | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

/** The anchor that GitHub gives to a heading. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-');

function typeWords(field: JsonSchema): string {
  if (field.const !== undefined) return JSON.stringify(field.const);
  if (field.enum !== undefined) return field.enum.map((value) => `\`${String(value)}\``).join(' or ');
  if (field.type === 'array')
    return `list of ${field.items?.type === 'object' ? 'objects' : 'strings'}${span(field.minItems, field.maxItems)}`;
  if (field.type === 'string')
    return field.maxLength === undefined ? 'string' : `string, up to ${field.maxLength} characters`;
  if (field.type === 'integer' || field.type === 'number') return `${field.type}${limits(field)}`;
  return typeof field.type === 'string' ? field.type : 'any';
}

const limits = ({ exclusiveMinimum: above, minimum, maximum }: JsonSchema): string =>
  above === undefined ? span(minimum, maximum) : `, above ${above}, up to ${maximum}`;

function span(from: number | undefined, to: number | undefined): string {
  if (from === undefined) return '';
  // zod writes the largest safe integer where there is no limit.
  return to === undefined || to === Number.MAX_SAFE_INTEGER ? `, ${from} or more` : `, ${from} to ${to}`;
}

function defaultWords({ default: value }: JsonSchema): string {
  if (value === undefined) return '';
  return value === '' ? 'empty' : `\`${flow(value)}\``;
}

/** A value as YAML in one line. */
function flow(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, each]) => `${key}: ${flow(each)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
