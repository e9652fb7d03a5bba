import { invalidParameter, missingParameter } from './sqs-errors.ts';

/** The decoded JSON body of a request, or a part of it. */
export type Input = Readonly<Record<string, unknown>>;

/** A required, non-empty string; throws MissingParameter. */
export function requiredText(input: Input, name: string): string {
  const value = input[name];
  if (typeof value !== 'string' || value === '') throw missingParameter(name);
  return value;
}

/** A string, or undefined when absent. */
export function optionalText(input: Input, name: string): string | undefined {
  const value = input[name];
  return typeof value === 'string' ? value : undefined;
}

/** A whole number within the limits, or undefined when absent; throws InvalidParameterValue. */
export function optionalInteger(input: Input, name: string, min: number, max: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw invalidParameter(name, value, `Must be between ${min} and ${max}, if provided.`);
  }
  return value;
}

/** A list of strings, empty when absent. */
export function textList(input: Input, name: string): string[] {
  const value = input[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** A nested object, empty when absent. */
export function nested(input: Input, name: string): Input {
  const value = input[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** A list of nested objects, empty when absent. */
export function nestedList(input: Input, name: string): Input[] {
  const value = input[name];
  return Array.isArray(value) ? value.map((item) => ({ ...item })) : [];
}
