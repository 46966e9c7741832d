import { domainToASCII } from "node:url";

const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const TOP_LABEL = /^([a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;
const DOMAIN_SOURCE = /^[\p{L}\p{M}\p{N}.\u00b7\u3002-]+$/u;

/**
 * Reads exactly one e-mail address (RFC 5321 §4.1.2, dot-atoms only) and returns it lower-cased, with an
 * internationalised domain in its ASCII form (RFC 5891); undefined for anything else. Lists, comments, quoted or
 * internationalised local parts, address literals, domains without a dot and line breaks are not addresses here:
 * a mailer that would read `a@b.example, c@d.example` as two recipients never gets to see it.
 */
export function parseEmail(raw: string): string | undefined {
  const text = raw.trim();
  if (text.length > 320) return undefined;
  const at = text.lastIndexOf("@");
  if (at < 1) return undefined;
  const local = text.slice(0, at).toLowerCase();
  if (local.length > 64 || !LOCAL_PART.test(local)) return undefined;
  const domain = parseDomain(text.slice(at + 1));
  if (domain === undefined) return undefined;
  const address = `${local}@${domain}`;
  return address.length <= 254 ? address : undefined;
}

/** Reads a host name of at least two labels into its lower-case ASCII form, or undefined when it is none. */
export function parseDomain(raw: string): string | undefined {
  if (raw.length > 253 || !DOMAIN_SOURCE.test(raw)) return undefined;
  const domain = domainToASCII(raw.toLowerCase());
  const labels = domain.split(".");
  if (domain.length > 253 || labels.length < 2 || !labels.every((label) => LABEL.test(label)))
    return undefined;
  return TOP_LABEL.test(labels.at(-1) ?? "") ? domain : undefined;
}

/** The domain of an address that `parseEmail` returned. */
export function emailDomain(email: string): string {
  return email.slice(email.lastIndexOf("@") + 1);
}

/**
 * Whether two domains belong together for DMARC's relaxed alignment (RFC 7489 §3.1) as far as that can be told without
 * a list of public suffixes: they are the same, or one lies below the other.
 */
export function isSameOrParent(one: string, other: string): boolean {
  return one === other || one.endsWith(`.${other}`) || other.endsWith(`.${one}`);
}
