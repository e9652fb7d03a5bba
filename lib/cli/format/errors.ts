import type { ErrorPool, ErrorRecord } from '../../control/error-record.ts';
import { type EpochMillis, secondsBetween } from '../../core/units.ts';
import type { Style } from '../session.ts';
import { formatDuration } from './duration.ts';
import { type Column, formatTable } from './table.ts';

/** A row is one line: the rest of EC2's words and pools is in the JSON. */
const MAX_MESSAGE_LENGTH = 80;
const MAX_POOLS = 2;

/** Errors as they come, of one worker type or of many. */
export function formatErrors(
  errors: readonly ErrorRecord[],
  workerType: string | undefined,
  now: EpochMillis,
  style: Style,
): string {
  return formatTable<ErrorRecord>(
    [
      { heading: 'LAST', cell: ({ at }) => `${formatDuration(secondsBetween(at, now))} ago` },
      { heading: 'TIMES', align: 'right', cell: ({ count }) => String(count) },
      ...(workerType === undefined ? [TYPE_COLUMN] : []),
      { heading: 'CLASS', cell: ({ class: kind }) => kind },
      { heading: 'CODE', cell: ({ code }) => code },
      { heading: 'WHERE', cell: whereInWords },
      ...(workerType === undefined ? [] : TRACE_COLUMNS),
      { heading: 'EC2 SAID', cell: ({ message }) => shortened(message) },
    ],
    errors,
    style,
  );
}

const TYPE_COLUMN: Column<ErrorRecord> = { heading: 'WORKER TYPE', cell: ({ workerType }) => workerType };
const TRACE_COLUMNS: readonly Column<ErrorRecord>[] = [
  { heading: 'LAUNCH', cell: ({ launchId }) => launchId },
  { heading: 'REQUEST', cell: ({ requestId }) => requestId ?? '-' },
];

function whereInWords({ region, market, pools }: ErrorRecord): string {
  const more = pools.length > MAX_POOLS ? ', ...' : '';
  const shown = pools.slice(0, MAX_POOLS).map(poolInWords).join(', ');
  return `${region} ${market}${shown === '' ? '' : ` ${shown}${more}`}`;
}

const poolInWords = ({ zone, subnetId, instanceType }: ErrorPool): string => `${zone ?? subnetId}/${instanceType}`;

function shortened(message: string): string {
  const line = message.replaceAll(/\s+/g, ' ').trim();
  return line.length > MAX_MESSAGE_LENGTH ? `${line.slice(0, MAX_MESSAGE_LENGTH - 3)}...` : line;
}

/** An error as it is printed: times are ISO 8601, null stands for what is not known. */
export const toErrorData = ({ firstAt, at, requestId, pools, ...rest }: ErrorRecord) => ({
  ...rest,
  pools: pools.map(({ zone, ...pool }) => ({ zone: zone ?? null, ...pool })),
  requestId: requestId ?? null,
  firstAt: new Date(firstAt).toISOString(),
  at: new Date(at).toISOString(),
});
