/**
 * Older documents -> the present format. A table holds documents as they were written; reading one never fails for its
 * age. Each step turns version n into n + 1 and leaves what it does not know alone, so that the schema reports it.
 */

/** The format that this code writes. */
export const SCHEMA_VERSION = 2;

type Document = Readonly<Record<string, unknown>>;

/** A document in the present format. Anything that is no document, or of a newer format, comes back as it is. */
export function migrateWorkerType(document: unknown): unknown {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return document;
  const version = versionOf(document as Document);
  return version === 1 ? fromVersion1(document as Document) : document;
}

/** A document without a version is of the present format, unless it has fields that only version 1 had. */
function versionOf(document: Document): unknown {
  if (document['schemaVersion'] !== undefined) return document['schemaVersion'];
  return !isMixed(document) && ('queueUrl' in document || 'subnetIds' in document) ? 1 : SCHEMA_VERSION;
}

/** Fields that version 1 did not have: a document with one of them is not migrated, or they would be lost. */
const isMixed = (document: Document): boolean =>
  ['queueUrls', 'launchSpec', 'regions'].some((field) => field in document);

const SPEC_FIELDS = ['imageId', 'securityGroupIds', 'keyName', 'rootVolume'] as const;

/** Version 1 had one queue, one region and its launch fields at the top. */
function fromVersion1(document: Document): Document {
  // The schema then names the fields that do not belong together.
  if (isMixed(document)) return { ...document, schemaVersion: SCHEMA_VERSION };
  const { queueUrl, subnetIds, imageId, securityGroupIds, keyName, rootVolume, ...rest } = document;
  const spec = Object.fromEntries(
    SPEC_FIELDS.map((field) => [field, { imageId, securityGroupIds, keyName, rootVolume }[field]] as const).filter(
      ([, value]) => value !== undefined,
    ),
  );
  return {
    ...rest,
    schemaVersion: SCHEMA_VERSION,
    ...(queueUrl === undefined ? {} : { queueUrls: [queueUrl] }),
    launchSpec: spec,
    ...(subnetIds === undefined
      ? {}
      : { regions: [{ zones: Array.isArray(subnetIds) ? subnetIds.map((subnetId) => ({ subnetId })) : subnetIds }] }),
  };
}
