import { ownDomainOf, type ConfirmedDomain } from "../organisations/organisation-domain.js";

/** What is known of who reports an entry. */
export interface Reporter {
  email: string;
  /** Whether they have pressed the button in the mail to that address. */
  confirmed: boolean;
  at: Date;
}

/** Reports that nobody has confirmed, from the last 24 hours, for each of three reasons to hear no more of them. */
export interface Unconfirmed {
  /** Of the same address. */
  address: number;
  /** Of the same network; 0 where that is not known. */
  network: number;
  /** About the same entry of the same letter. */
  entry: number;
}

/** How many a day of one address are heard: each mails an address that somebody typed. */
export const OF_AN_ADDRESS = 3;
/** How many a day of one network are heard; an office behind one address has to fit in. */
export const OF_A_NETWORK = 20;
/** Of how many a day about one entry staff hear before any is confirmed. */
export const ABOUT_AN_ENTRY = 5;

/**
 * What becomes of one more report that nobody has confirmed: `tell` staff · `keep` it until it is confirmed, and tell
 * them then · `drop` it. Whoever floods an entry thereby keeps no honest report from being heard once it is confirmed.
 */
export function hearReport(before: Unconfirmed): "tell" | "keep" | "drop" {
  if (before.address >= OF_AN_ADDRESS || before.network >= OF_A_NETWORK) return "drop";
  return before.entry >= ABOUT_AN_ENTRY ? "keep" : "tell";
}

/**
 * Whether a report suspends the entry by itself: only once it is confirmed from a domain of the organisation that staff
 * or an import recorded before. Everything else waits for a person (ruling 36).
 */
export function maySuspend({ email, confirmed, at }: Reporter, domains: readonly ConfirmedDomain[]): boolean {
  return confirmed && ownDomainOf(email, domains, at) !== undefined;
}
