/**
 * Which domains are an organisation's own. A domain counts only since a person or a list said so, and only for what was
 * submitted after that (ruling 19): whoever submits can't bring the proof along.
 */
import { emailDomain, parseDomain } from "../../platform/email-address.js";
import { mailProvider } from "../../platform/mail-providers.js";
import { registrableDomain } from "../../platform/registrable-domain.js";

/** Where a domain came from: a list, a colleague, or from before domains had rows. */
export const DOMAIN_SOURCES = ["import", "staff", "earlier"] as const;

/** Who says that a domain is an organisation's own. */
export type DomainSource = (typeof DOMAIN_SOURCES)[number];

/** A domain as it was confirmed. */
export interface ConfirmedDomain {
  domain: string;
  confirmedAt: Date;
  retiredAt: Date | null;
}

/** Why a domain can't be an organisation's own. */
export type DomainRefusal = "no_domain" | "public_suffix" | "mail_provider";

/**
 * The registrable domain that a typed domain or address of a website stands for, in ASCII (`mail.vesta.co.uk` →
 * `vesta.co.uk`), or why it is none: no domain at all, a suffix under which anybody can register (`co.uk`, `github.io`),
 * a mail service where anybody can have an address.
 */
export function readOwnDomain(typed: string): { domain: string } | { refusal: DomainRefusal } {
  const host = parseDomain(typed.trim().replace(/^@/, "").replace(/\.$/, ""));
  if (host === undefined) return { refusal: "no_domain" };
  const domain = registrableDomain(host);
  if (domain === undefined) return { refusal: "public_suffix" };
  return mailProvider(host) ? { refusal: "mail_provider" } : { domain };
}

/**
 * The confirmed domain that an address is at, or undefined. Both are reduced to the registrable part by the public
 * suffix list with its private section; a domain confirmed after `submittedAt`, a retired one, and any mail service
 * never count.
 */
export function ownDomainOf(
  email: string,
  domains: readonly ConfirmedDomain[],
  submittedAt: Date,
): string | undefined {
  const mine = readOwnDomain(emailDomain(email));
  if ("refusal" in mine) return undefined;
  const counts = domains.some(
    ({ domain, confirmedAt, retiredAt }) =>
      retiredAt === null &&
      confirmedAt.getTime() <= submittedAt.getTime() &&
      registrableDomain(domain) === mine.domain,
  );
  return counts ? mine.domain : undefined;
}
