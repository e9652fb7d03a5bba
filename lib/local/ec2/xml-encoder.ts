import { XmlShapeSerializer } from '@aws-sdk/core/protocols';
import type { Ec2Error } from './ec2-error.ts';
import type { Operation } from './operations.ts';

/** XML namespace of the only API version EC2 has. */
const xmlNamespace = 'http://ec2.amazonaws.com/doc/2016-11-15/';

/** ISO 8601 with a fraction: the SDK's number for the timestamp format of EC2's XML. */
const dateTimeFormat = 5;

/** The body of a successful answer, written by the SDK's own serializer. */
export function encodeResponse(operation: Operation, output: unknown, requestId: string): string {
  const name = `${operation.action}Response`;
  return `<${name} xmlns="${xmlNamespace}"><requestId>${requestId}</requestId>${encodeOutput(operation, output)}</${name}>`;
}

function encodeOutput(operation: Operation, output: unknown): string {
  if (!operation.output.isStructSchema()) return '<return>true</return>';
  const serializer = new XmlShapeSerializer({
    timestampFormat: { useTrait: true, default: dateTimeFormat },
    httpBindings: false,
    xmlNamespace,
    serviceNamespace: 'com.amazonaws.ec2',
  });
  serializer.write(operation.output, output);
  return withoutOutermostElement(String(serializer.flush()));
}

function withoutOutermostElement(xml: string): string {
  const openingEnd = xml.indexOf('>');
  if (xml[openingEnd - 1] === '/') return '';
  return xml.slice(openingEnd + 1, xml.lastIndexOf('</'));
}

/** The body of a refused call. */
export function encodeError(error: Ec2Error, requestId: string): string {
  const text = `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error>${text}</Error></Errors><RequestID>${requestId}</RequestID></Response>`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
