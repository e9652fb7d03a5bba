import { createHash } from 'node:crypto';

/** A typed value that travels beside the body; binary values are base64, as on the wire. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

/** Message attributes by name. */
export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** Transport marks of the digest, from "Calculating the MD5 message digest for message attributes" in the SQS guide. */
const STRING_MARK = 1;
const BINARY_MARK = 2;

/** Those asked for: `All`, `.*`, a prefix such as `foo.*`, or exact names. */
export function selectAttributes(attributes: MessageAttributes, wanted: readonly string[]): MessageAttributes {
  const isWanted = (name: string) =>
    wanted.some(
      (want) => want === 'All' || want === name || (want.endsWith('.*') && name.startsWith(want.slice(0, -2))),
    );
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => isWanted(name)));
}

/** Their share of the message's size: names, types and values, in bytes. */
export function attributesSizeBytes(attributes: MessageAttributes): number {
  return Object.entries(attributes).reduce(
    (sum, [name, attribute]) => sum + Buffer.byteLength(name + attribute.DataType) + valueBytes(attribute).length,
    0,
  );
}

/** The digest SQS answers with, or undefined when there are no attributes. */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  for (const name of names) {
    const attribute = attributes[name];
    if (attribute === undefined) continue;
    hash.update(withLength(Buffer.from(name))).update(withLength(Buffer.from(attribute.DataType)));
    hash.update(Buffer.of(attribute.BinaryValue === undefined ? STRING_MARK : BINARY_MARK));
    hash.update(withLength(valueBytes(attribute)));
  }
  return hash.digest('hex');
}

/** The digest of a message body, which the SDK checks. */
export function md5OfText(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function valueBytes({ BinaryValue, StringValue }: MessageAttribute): Buffer {
  return BinaryValue === undefined ? Buffer.from(StringValue ?? '') : Buffer.from(BinaryValue, 'base64');
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
