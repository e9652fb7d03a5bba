import type { PlannedOrder } from '../../core/order-plan.ts';
import type { EpochMillis } from '../../core/units.ts';
import type { Style } from '../session.ts';
import type { OrderPreview, TickPreview, WorkerTypePreview } from '../tick-preview.ts';
import { plural } from './duration.ts';
import { formatPools } from './pools.ts';
import { formatRequests } from './requests.ts';

/** The decisions of a tick that did not happen, and each request as EC2 would get it. */
export function formatPreview({ at, openLaunches, workerTypes }: TickPreview, style: Style): string {
  if (workerTypes.length === 0) return 'There are no worker types: nothing would be launched.';
  return [
    ...openLaunches.map(
      ({ launchId, workerType, targetCapacity }) =>
        `${style.bold(workerType)}: launch ${launchId} (capacity ${targetCapacity}) has no answer yet and would be repeated`,
    ),
    ...workerTypes.map((preview) => formatWorkerType(preview, at, style)),
  ].join('\n');
}

function formatWorkerType(preview: WorkerTypePreview, at: EpochMillis, style: Style): string {
  const { workerType, kind, decision, orders, shortBecause, rejectedPools } = preview;
  const words = kind === 'launch' ? style.green(decision) : kind === 'invalid' ? style.red(decision) : decision;
  return [
    `${style.bold(workerType)}: ${words}`,
    ...orders.flatMap(formatOrder),
    ...(shortBecause === undefined ? [] : [`  not more: ${shortBecause}`]),
    ...(rejectedPools.length === 0
      ? []
      : ['  Pools that would not be used:', indented(formatPools(rejectedPools.slice(0, MAX_POOLS), at, style))]),
    ...(rejectedPools.length > MAX_POOLS ? [`    and ${rejectedPools.length - MAX_POOLS} more`] : []),
  ].join('\n');
}

/** A definition may have a thousand pools; `preview` shows all of them. */
const MAX_POOLS = 10;

const formatOrder = ({ order, requests, cause }: OrderPreview): string[] => [
  `  ${orderInWords(order)}`,
  ...formatRequests(requests),
  ...(cause === undefined ? [] : [`  the request cannot be built: ${cause}`]),
];

/** `us-east-1 spot: capacity 3, from 4 pools`. */
export const orderInWords = ({ region, market, targetCapacity, pools }: PlannedOrder): string =>
  `${region} ${market}: capacity ${targetCapacity}, from ${plural(pools.length, 'pool')}`;

/** Every line moved to the right. */
export const indented = (text: string): string => text.replace(/^(?=.)/gm, '    ');
