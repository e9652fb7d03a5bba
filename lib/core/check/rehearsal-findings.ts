import type { Finding } from '../finding.ts';
import type { RefusalClass } from '../refusal.ts';
import { type CheckResult, type Note, resultOf } from './notes.ts';

/** What EC2 said of a launch request that it was asked to judge and not to carry out. */
export type Rehearsal =
  | { readonly kind: 'accepted'; readonly userDataBytes: number }
  | {
      readonly kind: 'refused';
      readonly class: RefusalClass;
      readonly code: string;
      readonly message: string;
      readonly userDataBytes: number;
    }
  /** The request could not even be built: its user data is too long. */
  | { readonly kind: 'unbuildable'; readonly message: string }
  /** No answer, or one that says nothing about the request. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** The rehearsal of a definition's launch in one region. */
export interface RegionRehearsal {
  readonly region: string;
  /** Pools of the request, as `subnetId/instanceType`. */
  readonly pools: readonly string[];
  readonly rehearsal: Rehearsal;
}

/** EC2's limit on user data (EC2 user guide, "Work with instance user data"), and what may be left before one is told. */
const MAX_USER_DATA_BYTES = 16_384;
const LITTLE_ROOM_BYTES = 512;

/** What the rehearsals found. */
export const rehearsalFindings = (rehearsals: readonly RegionRehearsal[]): CheckResult =>
  resultOf(rehearsals.flatMap(notesOf));

function notesOf({ region, pools, rehearsal }: RegionRehearsal): Note[] {
  switch (rehearsal.kind) {
    case 'unknown':
      return [{ kind: 'unknown', words: `${region}: rehearsal of the launch: ${rehearsal.reason}` }];
    case 'unbuildable':
      return [note({ severity: 'error', path: 'userData', region, value: '', message: rehearsal.message, pools })];
    case 'accepted':
      return userDataNotes(region, rehearsal.userDataBytes);
    case 'refused':
      return [note(refusalFinding(region, pools, rehearsal)), ...userDataNotes(region, rehearsal.userDataBytes)];
  }
}

/** A missing permission is one of whoever asks, and an unknown code may mean anything: no pool is given up for them. */
function refusalFinding(
  region: string,
  pools: readonly string[],
  { class: kind, code, message }: Extract<Rehearsal, { kind: 'refused' }>,
): Finding {
  const words = kind === 'permission' ? `the caller of this check lacks a permission to launch: ${message}` : message;
  return {
    severity: 'error',
    path: '',
    region,
    value: code,
    message: words,
    pools: kind === 'configuration' ? pools : [],
  };
}

function userDataNotes(region: string, bytes: number): Note[] {
  if (bytes <= MAX_USER_DATA_BYTES - LITTLE_ROOM_BYTES) return [];
  const message = `bytes of user data leave little room: EC2 takes ${MAX_USER_DATA_BYTES}`;
  return [note({ severity: 'warning', path: 'userData', region, value: String(bytes), message, pools: [] })];
}

const note = (finding: Finding): Note => ({ kind: 'finding', finding });
