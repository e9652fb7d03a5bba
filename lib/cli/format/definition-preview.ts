import { stringify } from 'yaml';
import type { DefinitionPreview } from '../../control/preview.ts';
import type { CostEstimate } from '../../core/cost-estimate.ts';
import { poolName } from '../../core/launch-cascade.ts';
import type { MergedRequest } from '../../core/preview.ts';
import type { PriceBook } from '../../core/price-book.ts';
import { type EpochMillis, epochMillis, secondsBetween } from '../../core/units.ts';
import type { MarketRequests } from '../preview-requests.ts';
import type { Style } from '../session.ts';
import { formatDuration, plural } from './duration.ts';
import { formatPools, usd } from './pools.ts';
import { indented, orderInWords } from './preview.ts';
import { formatRequests } from './requests.ts';

interface Shown {
  readonly source: string;
  readonly preview: DefinitionPreview;
  readonly prices: PriceBook;
  readonly now: EpochMillis;
  /** The exact requests, where they are wanted. */
  readonly exact?: readonly MarketRequests[];
}

/** What launching one definition means: the tick now, its pools, its merged requests and its cost. */
export function formatDefinitionPreview({ source, preview, prices, now, exact = [] }: Shown, style: Style): string {
  const { definition, decision, orders, shortBecause, pools, requests } = preview;
  const name = `${style.bold(definition.workerType)} (${source}, version ${definition.version})`;
  return [
    name,
    `  A tick now: ${decision}`,
    ...orders.map((order) => `    ${orderInWords(order)}`),
    ...(shortBecause === undefined ? [] : [`    not more: ${shortBecause}`]),
    '  Capacity pools, the best first:',
    indented(formatPools(pools, now, style)),
    `  Launch requests after the cascade, ${plural(requests.length, 'launch template')}:`,
    ...requests.map(formatMerged),
    '  Cost in USD an hour, an estimate:',
    ...costLines(preview, prices, now).map((line) => `    ${line}`),
    ...exact.flatMap(formatExact),
  ].join('\n');
}

function formatMerged({ region, capacity, launchSpec, userData, pools }: MergedRequest, index: number): string {
  const paused = pools.filter(({ weight }) => weight === 0);
  const note = paused.length === 0 ? '' : ` (paused by weight 0: ${paused.map(poolName).join(', ')})`;
  const spec = stringify({ launchSpec, userData }, { lineWidth: 0 }).trimEnd();
  return [
    `    ${index + 1}. ${region}, capacity ${capacity}: ${pools.map(poolName).join(', ')}${note}`,
    indented(indented(spec)),
  ].join('\n');
}

function costLines(
  { spend, atMinCapacity, atMaxCapacity, definition }: DefinitionPreview,
  prices: PriceBook,
  now: EpochMillis,
): string[] {
  const unpriced = spend.unpriced === 0 ? '' : `, and ${plural(spend.unpriced, 'worker')} without a known price`;
  const oldest = Math.min(...prices.map(({ readAt }) => readAt));
  const age =
    prices.length === 0
      ? 'no price is known'
      : `prices read ${formatDuration(secondsBetween(epochMillis(oldest), now))} ago`;
  const { maxSpendUsdPerHour: ceiling, market } = definition;
  return [
    `now: ${usd(spend.usdPerHour)}${unpriced}`,
    `at minCapacity ${costInWords(atMinCapacity)}`,
    `at maxCapacity ${costInWords(atMaxCapacity)}`,
    ...(ceiling === undefined ? [] : [`nothing is launched past maxSpendUsdPerHour ${ceiling}`]),
    `at present spot prices (${age}); where one is not known, at the ceiling`,
    ...(market.onDemandBaseCapacity > 0 || market.onDemandFallbackMinutes !== undefined
      ? [`on-demand instances cost more: ${onDemandPrice(market)}`]
      : []),
  ];
}

const onDemandPrice = ({ onDemandPriceUsdPerHour: price }: DefinitionPreview['definition']['market']): string =>
  price === undefined ? 'their prices are not known here' : `${usd(price)} for a utility of 1, as the definition says`;

function costInWords({
  capacity,
  lowUsdPerHour: low,
  highUsdPerHour: high,
  byCeiling,
  unpriced,
}: CostEstimate): string {
  const by = byCeiling === 0 ? '' : `, ${plural(byCeiling, 'pool')} by its ceiling`;
  const without = unpriced === 0 ? '' : `, ${plural(unpriced, 'pool')} without price or ceiling left out`;
  const range = low === high ? usd(low) : `${usd(low)} (cheapest pool) to ${usd(high)} (dearest)`;
  return `${capacity}: ${range}${by}${without}`;
}

const formatExact = ({ region, market, requests, cause }: MarketRequests): string[] => [
  `  Requests for one task in ${region}, ${market}:`,
  ...formatRequests(requests),
  ...(cause === undefined ? [] : [`  cannot be built: ${cause}`]),
];
