/**
 * What was checked about a signature. Evidence is a set of rows, shown as words and never as one rank (ruling 19): each
 * row says what somebody or something found, and the functions here say what a set of rows amounts to.
 */
import { emailDomain } from "../../platform/email-address.js";
import { mailProvider } from "../../platform/mail-providers.js";
import { ownDomainOf, type ConfirmedDomain } from "../organisations/organisation-domain.js";

/** What one row of evidence says. */
export const EVIDENCE_KINDS = [
  "address_confirmed",
  "own_domain",
  /** Somebody at the signatory's address says that they may bind the organisation. */
  "attested",
  /** The same by an officer at a confirmed domain, from an address that is not the submitter's. */
  "officer_attested",
  "staff_check",
  "qualified_file",
  "validator_report",
] as const;

/** The kind of a row of evidence. */
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** As much of a row of evidence as the rules ask about. */
export interface EvidenceFact {
  kind: EvidenceKind;
  staffId: string | null;
  /** Which officer attested, 1 or 2; null where only one signs and filled in the form. */
  place: number | null;
}

/** What a letter may ask for before a signature goes onto its page: L1 to L5 of product.md §3, in words. */
export const REQUIRABLE_CHECKS = [
  "address_confirmed",
  "own_domain",
  "officer_attested",
  "checked_independently",
  "qualified_signature",
] as const;

/** One of the checks that may be asked for, and that the public is told. */
export type RequirableCheck = (typeof REQUIRABLE_CHECKS)[number];

/**
 * Which checks a set of evidence amounts to. Two staff members who each checked by themselves make
 * `checked_independently`; a file and a validator's report filed by two different ones make `qualified_signature`; where
 * two officers sign together, `officer_attested` needs both.
 */
export function checksMet(rows: readonly EvidenceFact[], joint: boolean): RequirableCheck[] {
  const of = (kind: EvidenceKind) => rows.filter((row) => row.kind === kind);
  const staff = (kind: EvidenceKind) => new Set(of(kind).flatMap(({ staffId }) => staffId ?? []));
  const places = new Set(of("officer_attested").map(({ place }) => place ?? 1));
  const reporters = [...staff("validator_report")];
  const met: Record<RequirableCheck, boolean> = {
    address_confirmed: of("address_confirmed").length > 0,
    own_domain: of("own_domain").length > 0,
    officer_attested: joint ? places.has(1) && places.has(2) : places.size > 0,
    checked_independently: staff("staff_check").size >= 2,
    qualified_signature: [...staff("qualified_file")].some((one) => reporters.some((other) => other !== one)),
  };
  return REQUIRABLE_CHECKS.filter((check) => met[check]);
}

/** Which of the checks that a letter asks for are not met. */
export function checksMissing(
  required: readonly string[],
  met: readonly RequirableCheck[],
): RequirableCheck[] {
  return REQUIRABLE_CHECKS.filter((check) => required.includes(check) && !met.includes(check));
}

/** What was checked, as a reviewer sees it. */
export type Check =
  | RequirableCheck
  | "attested_by_signatory"
  | "checked_by_one"
  | "qualified_file"
  | "invited_address"
  | "invited_organisation"
  | "checked_by_staff";

/** What speaks against taking the address as proof of the organisation. */
export type Caveat = "free_mail" | "disposable_mail" | "other_domain" | "domain_unknown" | "not_invited";

/** The facts that a reviewer's view of the evidence is read from. */
export interface EvidenceFacts {
  signatoryEmail: string;
  submittedAt: Date;
  confirmedAt: Date | null;
  acceptedAt: Date | null;
  /** The domains that stand for the organisation now. */
  domains: readonly ConfirmedDomain[];
  rows: readonly EvidenceFact[];
  joint: boolean;
  invited: boolean;
  /** The address that the invitation was sent to. */
  invitedEmail: string | null;
}

/** What was checked, and what a reviewer should know. */
export interface Evidence {
  checks: Check[];
  caveats: Caveat[];
}

/** The evidence of a signature as a reviewer sees it: what the rows amount to, and what the address alone tells. */
export function evidenceOf(facts: EvidenceFacts): Evidence {
  const met = checksMet(facts.rows, facts.joint);
  const has = (kind: EvidenceKind) => facts.rows.some((row) => row.kind === kind);
  const checks: Check[] =
    facts.confirmedAt && !met.includes("address_confirmed") ? ["address_confirmed"] : [];
  checks.push(...met);
  if (has("attested") && !met.includes("officer_attested")) checks.push("attested_by_signatory");
  if (has("staff_check") && !met.includes("checked_independently")) checks.push("checked_by_one");
  if (has("qualified_file") && !met.includes("qualified_signature")) checks.push("qualified_file");
  const caveats: Caveat[] = [];
  const address = addressCaveat(facts);
  if (address) caveats.push(address);
  if (!facts.invited) caveats.push("not_invited");
  else if (facts.invitedEmail?.toLowerCase() === facts.signatoryEmail.toLowerCase())
    checks.push("invited_address");
  else checks.push("invited_organisation");
  if (facts.acceptedAt) checks.push("checked_by_staff");
  return { checks, caveats };
}

function addressCaveat({ signatoryEmail, domains, submittedAt }: EvidenceFacts): Caveat | undefined {
  const provider = mailProvider(emailDomain(signatoryEmail.toLowerCase()));
  if (provider) return provider === "free" ? "free_mail" : "disposable_mail";
  const standing = domains.filter(
    ({ retiredAt, confirmedAt }) => retiredAt === null && confirmedAt.getTime() <= submittedAt.getTime(),
  );
  if (standing.length === 0) return "domain_unknown";
  return ownDomainOf(signatoryEmail, standing, submittedAt) ? undefined : "other_domain";
}

/**
 * Whether two addresses are one mailbox as far as can be told from outside: equal but for case and what follows a `+`
 * (RFC 5233 sub-addresses). An officer's own address must not be the submitter's in another spelling.
 */
export function isSameMailbox(one: string, other: string): boolean {
  return withoutDetail(one) === withoutDetail(other);
}

function withoutDetail(email: string): string {
  const at = email.lastIndexOf("@");
  return `${email.slice(0, at).replace(/\+.*$/, "")}${email.slice(at)}`.toLowerCase();
}
