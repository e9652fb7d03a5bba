import { findInstanceType } from './instance-type-catalogue.ts';
import type { WorldSettings } from './world-settings.ts';

/** The key of an offering in the settings' set: `c7g.large/us-east-1a`. */
export function offeringKey(instanceType: string, zone: string): string {
  return `${instanceType}/${zone}`;
}

/** Whether the zone offers the instance type at all, whatever its capacity. */
export function isOffered(settings: WorldSettings, instanceType: string, zone: string): boolean {
  if (settings.notOffered.has(offeringKey(instanceType, zone))) return false;
  return findInstanceType(instanceType)?.zoneLetters.includes(zone.slice(-1)) ?? false;
}
