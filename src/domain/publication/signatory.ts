import { countriesOf, countryOf } from "../organisations/country.js";
import { withoutLegalForm } from "../organisations/legal-form.js";
import { foldWords } from "../organisations/name-folding.js";
import { checksMet, type EvidenceFact } from "../signatures/evidence.js";

/** How many signatories stand on one page of the list. */
export const PAGE_SIZE = 50;

/** The orders of the list. */
export const SORTS = ["name", "date"] as const;

/** By name, or latest first. */
export type Sort = (typeof SORTS)[number];

/** What the list is narrowed to. */
export interface ListFilter {
  /** Words of a name, in any case, spelling and script that `search_key` makes equal; empty for all. */
  q: string;
  sector: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** UN M49 code of a region, such as 150 for Europe; empty for all. */
  region: string;
  sort: Sort;
}

/** The whole list, by name. */
export const EVERYBODY: ListFilter = { q: "", sector: "", country: "", region: "", sort: "name" };

/** An organisation on the public list: this and nothing else is public. */
export interface Signatory {
  /** Where it stands on the page; stays the same as long as the organisation does. */
  anchor: string;
  organisation: string;
  country: string;
  sector: string;
  /** Null once the organisation has withdrawn: then only its name and the two dates stay. */
  signatoryName: string | null;
  signatoryTitle: string | null;
  /** When the signatory confirmed it. */
  signedAt: Date;
  withdrawnAt: Date | null;
  /** Only once it was approved. */
  quote: string | null;
  quoteLanguage: string;
  /** Approved ones only, by clause. */
  reservations: Reservation[];
  logo: Logo | null;
  /** The number of the version it signed, where that is no longer the newest and it was asked to sign again. */
  signedVersion: number | null;
  /** Whether it signed for itself or for the whole group. */
  scope: "entity" | "group";
  /** Those below it in its group that have no standing entry of their own, by name; while a signature for the group stands. */
  covers: string[];
  /** What was checked, as codes that have words. */
  checked: Check[];
}

/** What an organisation signs with a reservation on, in its own words. */
export interface Reservation {
  clause: number;
  text: string;
  language: string;
}

/** An approved logo: its address names its content, and answers only while it may be shown. */
export interface Logo {
  path: string;
  width: number;
  height: number;
}

/** What may have been checked about an entry (ruling 19 leaves room for more). */
export const CHECKS = [
  "email_confirmed",
  "own_domain",
  "officer_attested",
  "checked_independently",
  "qualified_signature",
  "reviewed_by_staff",
] as const;

/** One thing that was checked. */
export type Check = (typeof CHECKS)[number];

/** What was checked: from when it was, and what the rows of evidence amount to. */
export function checksOf(entry: {
  confirmedAt: Date | null;
  acceptedAt: Date | null;
  evidence?: readonly EvidenceFact[];
  joint?: boolean;
}): Check[] {
  const checks: Check[] = [];
  if (entry.confirmedAt) checks.push("email_confirmed");
  const met: readonly string[] = checksMet(entry.evidence ?? [], entry.joint ?? false);
  checks.push(...CHECKS.filter((check) => met.includes(check)));
  if (entry.acceptedAt) checks.push("reviewed_by_staff");
  return checks;
}

/**
 * The anchor of an entry: the random end of the organisation's id for its latest entry; earlier ones of the same
 * organisation, signed and withdrawn, carry the end of their own id too.
 */
export function anchorOf(organisationId: string, signatureId: string, latest: boolean): string {
  const own = `o-${tail(organisationId)}`;
  return latest ? own : `${own}-${tail(signatureId)}`;
}

function tail(id: string): string {
  return id.replaceAll("-", "").slice(-12);
}

/** How many pages a list has; an empty one has one. */
export function pageCount(entries: number): number {
  return Math.max(1, Math.ceil(entries / PAGE_SIZE));
}

/** More words than this say no more about a name. */
const MAX_WORDS = 8;

/** The words of a search, without the legal form that a list may give in another way ("GmbH" for "Ltd"). */
export function searchWords(q: string): string[] {
  return withoutLegalForm(foldWords(q)).words.slice(0, MAX_WORDS);
}

/** The regions of the UN statistics division (M49) that a list is counted and narrowed by: code, and the name in our data. */
const REGIONS: ReadonlyMap<string, string> = new Map([
  ["002", "Africa"],
  ["019", "Americas"],
  ["142", "Asia"],
  ["150", "Europe"],
  ["009", "Oceania"],
]);

/** The M49 code of the region that a country is in; undefined for a country that nobody knows. */
export function regionOf(country: string): string | undefined {
  const name = countryOf(country)?.region;
  return [...REGIONS].find(([, each]) => each === name)?.[0];
}

/** The countries of a region, as alpha-2 codes; none for a code that is no region. */
export function countriesOfRegion(code: string): string[] {
  const name = REGIONS.get(code);
  return name === undefined ? [] : countriesOf(name);
}

/** A group of signatories with its size. */
export interface Group {
  code: string;
  count: number;
}

/** The largest groups by themselves and the rest as a number, never a rest of one. */
export function largest(
  groups: readonly Group[],
  shown: number,
): { top: Group[]; others: number; rest: number } {
  const top = groups.length <= shown + 1 ? [...groups] : groups.slice(0, shown);
  const others = groups.slice(top.length);
  return { top, others: others.length, rest: others.reduce((sum, group) => sum + group.count, 0) };
}
