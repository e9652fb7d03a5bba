import { placeholder } from './import-report.ts';

/** A placeholder for the subnet of a zone, or of a region when no zone is named. */
export const missingSubnet = (place: string): string =>
  placeholder(`subnet in ${place}`, `--subnet ${/\d$/.test(place) ? `${place}a` : place}=subnet-...`);
