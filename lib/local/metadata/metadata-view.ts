import { settingsInInstaller } from '../../aws/worker-user-data.ts';

/** What the metadata service shows of an instance. An instance record of the local EC2 is one. */
export interface MetadataView {
  readonly instanceId: string;
  readonly instanceType: string;
  readonly imageId: string;
  /** Availability Zone, for example us-east-1a. */
  readonly zone: string;
  readonly userData: Uint8Array;
  /** Whether the tags are shown. */
  readonly instanceMetadataTags: boolean;
  readonly tags: ReadonlyMap<string, string>;
  /** The end that was announced, in epoch milliseconds. */
  readonly interruption?: { readonly terminateAt: number };
}

const ROLE = 'spot-worker';
const CREDENTIALS_LAST_MS = 6 * 3_600_000;

/** The text below `/latest/` for one instance, undefined where EC2 answers 404. `nowMs` is epoch milliseconds. */
export function readMetadata(view: MetadataView, path: string, nowMs: number): string | Uint8Array | undefined {
  const tagKey = /^meta-data\/tags\/instance\/(.+)$/.exec(path)?.[1];
  if (tagKey !== undefined) return view.instanceMetadataTags ? view.tags.get(tagKey) : undefined;
  switch (path) {
    case 'user-data':
      if (view.userData.length === 0) return undefined;
      // A local machine has no cloud-init and needs no installer: it reads what the installer would have written.
      return settingsInInstaller(view.userData) ?? view.userData;
    case 'meta-data/instance-id':
      return view.instanceId;
    case 'meta-data/instance-type':
      return view.instanceType;
    case 'meta-data/ami-id':
      return view.imageId;
    case 'meta-data/placement/availability-zone':
      return view.zone;
    case 'meta-data/placement/region':
      return view.zone.replace(/[a-z]$/, '');
    case 'meta-data/tags/instance':
      return view.instanceMetadataTags ? [...view.tags.keys()].join('\n') : undefined;
    case 'meta-data/spot/instance-action':
      return view.interruption && JSON.stringify({ action: 'terminate', time: instant(view.interruption.terminateAt) });
    case 'meta-data/iam/security-credentials':
      return ROLE;
    case `meta-data/iam/security-credentials/${ROLE}`:
      return JSON.stringify(credentials(view.instanceId, nowMs));
    default:
      return undefined;
  }
}

/** Keys that no AWS account knows. The instance id in the key lets the local SQS name the sender. */
const credentials = (instanceId: string, nowMs: number) => ({
  Code: 'Success',
  LastUpdated: instant(nowMs),
  Type: 'AWS-HMAC',
  AccessKeyId: instanceId,
  SecretAccessKey: 'local',
  Token: 'local',
  Expiration: instant(nowMs + CREDENTIALS_LAST_MS),
});

const instant = (epochMs: number): string => new Date(epochMs).toISOString().replace(/\.\d{3}Z$/, 'Z');
