/** What was checked about a signature; shown as words, never as one rank (ruling 19). */
export type Check =
  | "address_confirmed"
  | "attested_by_signatory"
  | "own_domain"
  | "invited_address"
  | "invited_organisation"
  | "checked_by_staff";

/** What speaks against taking the address as proof of the organisation. */
export type Caveat = "free_mail" | "other_domain" | "domain_unknown" | "not_invited";

/** The facts that evidence is read from. */
export interface EvidenceFacts {
  signatoryEmail: string;
  confirmedAt: Date | null;
  acceptedAt: Date | null;
  /** The organisation's domain, as staff or an import recorded it before. */
  organisationDomain: string | null;
  invited: boolean;
  /** The address that the invitation was sent to. */
  invitedEmail: string | null;
}

/** What was checked, and what a reviewer should know. */
export interface Evidence {
  checks: Check[];
  caveats: Caveat[];
}

/** Large providers whose addresses anybody can have; such an address says nothing about an organisation. */
const FREE_MAIL = new Set([
  "126.com",
  "163.com",
  "aol.com",
  "freemail.example",
  "free.fr",
  "gmail.com",
  "gmx.com",
  "gmx.de",
  "gmx.net",
  "googlemail.com",
  "hotmail.com",
  "hotmail.fr",
  "icloud.com",
  "laposte.net",
  "libero.it",
  "live.com",
  "mail.com",
  "mail.ru",
  "mailinator.com",
  "me.com",
  "msn.com",
  "naver.com",
  "orange.fr",
  "outlook.com",
  "outlook.fr",
  "proton.me",
  "protonmail.com",
  "qq.com",
  "t-online.de",
  "tutanota.com",
  "web.de",
  "yahoo.co.jp",
  "yahoo.com",
  "yahoo.fr",
  "yandex.ru",
  "ymail.com",
]);

/** The part of an address after its last @, in lower case. */
export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf("@") + 1).toLowerCase();
}

/** Whether an address is with a provider where anybody can have one. */
export function isFreeMail(email: string): boolean {
  return FREE_MAIL.has(domainOf(email));
}

/** Whether a mail domain is the organisation's own or below it (`mail.example.org` for `example.org`). */
export function isOwnDomain(mailDomain: string, organisationDomain: string): boolean {
  const own = organisationDomain.toLowerCase();
  return mailDomain === own || mailDomain.endsWith(`.${own}`);
}

/** Reads the evidence of a signature. A domain counts only if it was known before and is no free mail service. */
export function evidenceOf(facts: EvidenceFacts): Evidence {
  const checks: Check[] = [];
  const caveats: Caveat[] = [];
  const domain = domainOf(facts.signatoryEmail);
  if (facts.confirmedAt) checks.push("address_confirmed", "attested_by_signatory");
  if (isFreeMail(facts.signatoryEmail)) caveats.push("free_mail");
  else if (!facts.organisationDomain) caveats.push("domain_unknown");
  else if (!isOwnDomain(domain, facts.organisationDomain)) caveats.push("other_domain");
  else if (facts.confirmedAt) checks.push("own_domain");
  if (!facts.invited) caveats.push("not_invited");
  else if (facts.invitedEmail?.toLowerCase() === facts.signatoryEmail.toLowerCase())
    checks.push("invited_address");
  else checks.push("invited_organisation");
  if (facts.acceptedAt) checks.push("checked_by_staff");
  return { checks, caveats };
}
