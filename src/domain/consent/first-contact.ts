/**
 * Whether the first mail to somebody who never heard from us may go out by itself, by the country of their
 * organisation. The defaults are our reading of each law, not legal advice; staff can set another rule.
 */
import table from "../../../data/country-policies.json" with { type: "json" };
import { isRoleAddress, type LawfulBasis } from "../organisations/contact.js";

/** What may be done with a first mail. */
export const FIRST_CONTACTS = ["allowed", "approve_each", "forbidden"] as const;

/** One of them. */
export type FirstContact = (typeof FIRST_CONTACTS)[number];

/** A country's rule. */
export interface CountryPolicy {
  /** ISO 3166-1, or `ZZ` where the country is not known. */
  country: string;
  /** To a role address such as info@. */
  role: FirstContact;
  /** To a person. */
  person: FirstContact;
  /** Our reading in a sentence or two. */
  why: string;
  /** The law it is read from. */
  source: string;
}

/** The code that stands for "country not known". */
export const UNKNOWN_COUNTRY = "ZZ";

/** The rules that come with the program, by country. */
export const DEFAULT_POLICIES: ReadonlyMap<string, CountryPolicy> = new Map(
  (table as CountryPolicy[]).map((policy) => [policy.country, policy]),
);

/** What staff set instead, as far as the rule needs it. */
export interface SetPolicy {
  role: FirstContact;
  person: FirstContact;
}

/** What is known of a first mail. */
export interface FirstMail {
  country: string | null;
  /** What staff set for the country, if anything. */
  set: SetPolicy | undefined;
  email: string | null;
  basis: LawfulBasis;
  /** No mail went to the address before, and nothing came from it. */
  isFirst: boolean;
}

/**
 * What may be done with a mail: the country's rule for a first one, unless the person agreed to be written to or
 * knows us. Countries without a rule allow it.
 */
export function firstContact(mail: FirstMail): FirstContact {
  if (!mail.isFirst || mail.basis === "consent" || mail.basis === "existing_relationship") return "allowed";
  const policy = mail.set ?? DEFAULT_POLICIES.get(mail.country ?? UNKNOWN_COUNTRY);
  if (!policy) return "allowed";
  return mail.email !== null && isRoleAddress(mail.email) ? policy.role : policy.person;
}
