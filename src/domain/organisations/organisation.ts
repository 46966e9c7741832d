import type { Sector } from "./sector.js";

/** An organisation as a list brings it, its name already clean; a field is left out when the list says nothing of it. */
export interface ListedOrganisation {
  name: string;
  legal_name?: string;
  country?: string;
  sector?: Sector;
  website?: string;
  domain?: string;
  active_satellites?: number;
  metrics_as_of?: string;
  external_id?: string;
  source?: string;
}

/** Whether two organisations may be one as far as their countries go: the same, or one of them not known. */
export function compatibleCountries(a: string | null | undefined, b: string | null | undefined): boolean {
  return !a || !b || a === b;
}
