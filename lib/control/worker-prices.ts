import type { PriceBook } from '../core/price-book.ts';
import { isPresent, type Worker } from '../core/worker.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';
import { REGION } from './config.ts';
import type { Prices, WantedPrices } from './ports.ts';
import { mergeWanted, pricesKey } from './wanted-prices.ts';

/**
 * The prices that were read, and those of workers whose instance type or region their definition no longer names: they
 * cost what they cost until they are gone. Mostly there are none, and nothing more is read.
 *
 * @param wanted what was read
 */
export async function withWorkerPrices(
  read: { readonly wanted: readonly WantedPrices[]; readonly prices: PriceBook },
  definitions: readonly WorkerType[],
  workers: readonly Worker[],
  source: Prices,
): Promise<PriceBook> {
  const missing = mergeWanted(leftBehind(definitions, workers, read.wanted));
  if (missing.length === 0) return read.prices;
  const keys = new Set(missing.map(pricesKey));
  const again = await source.read([...read.wanted.filter((one) => keys.has(pricesKey(one))), ...missing]);
  const found = new Set(again.map(pricesKey));
  return [...again, ...read.prices.filter((one) => !found.has(pricesKey(one)))];
}

function leftBehind(
  definitions: readonly WorkerType[],
  workers: readonly Worker[],
  wanted: readonly WantedPrices[],
): WantedPrices[] {
  const platforms = new Map<string | undefined, WorkerType['platform']>(
    definitions.map(({ workerType, platform }) => [workerType, platform]),
  );
  const known = new Set(wanted.flatMap((one) => one.instanceTypes.map((type) => `${pricesKey(one)}/${type}`)));
  return workers.flatMap((worker): WantedPrices[] => {
    const { workerType, market, zone, instanceType } = worker;
    const region = zone.slice(0, -1);
    const platform = platforms.get(workerType);
    // A Local Zone's name does not begin with a region alone, and a worker whose zone is not known has none.
    if (platform === undefined || market !== 'spot' || !isPresent(worker) || !REGION.test(region)) return [];
    const isKnown = known.has(`${pricesKey({ region, platform })}/${instanceType}`);
    return isKnown ? [] : [{ region, platform, instanceTypes: [instanceType] }];
  });
}
