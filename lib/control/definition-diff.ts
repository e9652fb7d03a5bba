import microdiff from 'microdiff';

/** A definition as it is stored or written. */
export type DefinitionDocument = Readonly<Record<string, unknown>>;

/** One field that differs. */
export interface FieldChange {
  /** Such as `instanceTypes[0].capacity`. */
  readonly path: string;
  /** Absent when the field is new. */
  readonly before?: unknown;
  /** Absent when the field goes. */
  readonly after?: unknown;
}

/** What differs between two documents, field by field. `version` counts changes and is none itself. */
export function diffDefinitions(before: DefinitionDocument, after: DefinitionDocument): FieldChange[] {
  return microdiff(before, after)
    .filter(({ path }) => path[0] !== 'version')
    .map((difference) => ({
      path: formatPath(difference.path),
      ...(difference.type === 'CREATE' ? {} : { before: difference.oldValue as unknown }),
      ...(difference.type === 'REMOVE' ? {} : { after: difference.value as unknown }),
    }));
}

const formatPath = (path: readonly (string | number)[]): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
