import type { NormalizedSchema } from '@smithy/core/schema';
import { Ec2Error } from './ec2-error.ts';

/** A request's parameters as typed values, in the order of the schema. */
export type DecodedInput = Readonly<Record<string, unknown>>;

interface FormNode {
  value?: string;
  readonly children: Map<string, FormNode>;
}

/** Splits a form-encoded body into its action and a decoder for the action's input. */
export function parseForm(body: string): { action: string; decode: (schema: NormalizedSchema) => DecodedInput } {
  const root: FormNode = { children: new Map() };
  for (const [key, value] of new URLSearchParams(body)) nodeAt(root, key).value = value;
  const action = root.children.get('Action')?.value ?? '';
  root.children.delete('Action');
  root.children.delete('Version');
  return { action, decode: (schema) => decodeStruct(schema, root, '') };
}

function nodeAt(root: FormNode, key: string): FormNode {
  let node = root;
  for (const part of key.split('.')) {
    let child = node.children.get(part);
    if (child === undefined) {
      child = { children: new Map() };
      node.children.set(part, child);
    }
    node = child;
  }
  return node;
}

function decodeStruct(schema: NormalizedSchema, node: FormNode, path: string): Record<string, unknown> {
  const unclaimed = new Set(node.children.keys());
  const decoded: Record<string, unknown> = {};
  if (schema.isStructSchema()) {
    for (const [member, memberSchema] of schema.structIterator()) {
      const key = wireName(member, memberSchema);
      const child = node.children.get(key);
      if (child === undefined) continue;
      unclaimed.delete(key);
      decoded[member] = decodeValue(memberSchema, child, `${path}${key}`);
    }
  }
  const [unknown] = unclaimed;
  if (unknown !== undefined) throw unknownParameter(`${path}${unknown}`);
  return decoded;
}

/** The name of a member on the wire: the ec2 query name, else the XML name, else the member name, capitalised. */
function wireName(member: string, schema: NormalizedSchema): string {
  const traits = schema.getMergedTraits();
  const queryName = traits['ec2QueryName'];
  if (typeof queryName === 'string') return queryName;
  const name = traits.xmlName ?? member;
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function decodeValue(schema: NormalizedSchema, node: FormNode, path: string): unknown {
  if (schema.isListSchema()) return decodeList(schema, node, path);
  if (schema.isStructSchema()) return decodeStruct(schema, node, `${path}.`);
  const [child] = node.children.keys();
  if (child !== undefined) throw unknownParameter(`${path}.${child}`);
  return decodeScalar(schema, node.value ?? '', path);
}

function decodeList(schema: NormalizedSchema, node: FormNode, path: string): unknown[] {
  const entries = [...node.children].map(([index, child]) => {
    if (!/^[1-9]\d*$/.test(index)) throw unknownParameter(`${path}.${index}`);
    return { index: Number(index), child };
  });
  entries.sort((left, right) => left.index - right.index);
  return entries.map(({ index, child }) => decodeValue(schema.getValueSchema(), child, `${path}.${index}`));
}

function decodeScalar(schema: NormalizedSchema, text: string, path: string): unknown {
  if (schema.isBooleanSchema()) {
    if (text !== 'true' && text !== 'false') throw invalidValue(text, path);
    return text === 'true';
  }
  if (schema.isNumericSchema()) {
    const value = Number(text);
    if (text.trim() === '' || Number.isNaN(value)) throw invalidValue(text, path);
    return value;
  }
  if (schema.isTimestampSchema()) {
    const value = new Date(text);
    if (Number.isNaN(value.getTime())) throw invalidValue(text, path);
    return value;
  }
  if (schema.isBlobSchema()) return new Uint8Array(Buffer.from(text, 'base64'));
  return text;
}

function unknownParameter(path: string): Ec2Error {
  return new Ec2Error('UnknownParameter', `The parameter ${path} is not recognized`);
}

function invalidValue(text: string, path: string): Ec2Error {
  return new Ec2Error('InvalidParameterValue', `Invalid value '${text}' for ${path}`);
}
