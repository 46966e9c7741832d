import type { FirstContact } from "../consent/first-contact.js";

/** A batch larger than this goes out only after a second person has looked at it (ruling 9). */
export const ALONE_UP_TO = 50;

/** What has become of a mailing. */
export type MailingState = "draft" | "waiting" | "queued" | "stopped";

/** Everything that decides whether one contact may be written to about one letter, as it is in the rows now. */
export interface RecipientFacts {
  letterState: string;
  contactStatus: string;
  hasAddress: boolean;
  suppressed: boolean;
  /** The organisation has a signature or pledge that stands or is under way. */
  signed: boolean;
  /** An organisation above it has signed for the whole group. */
  covered: boolean;
  /** The organisation has said no, and has not taken it back. */
  declined: boolean;
  /** Another contact of the organisation has answered its invitation. */
  answeredByOther: boolean;
  /** What lets us write to the contact is too old, or holds no more. */
  basisExpired: boolean;
  /** What the country allows, where this would be the first mail to the address. */
  firstContact: FirstContact;
}

/** Why a contact is not written to. */
export type StopReason =
  | "letter_closed"
  | "contact_inactive"
  | "address_invalid"
  | "no_address"
  | "suppressed"
  | "signed"
  | "covered_by_parent"
  | "declined"
  | "answered"
  | "basis_expired"
  | "country_forbids_first_contact";

/** Letters that may be written about: outreach stops unless the letter is gathering or open (ruling 5). */
const WRITABLE: ReadonlySet<string> = new Set(["gathering", "open"]);

/** The stop rules, asked when recipients are chosen and again at the commit point; undefined: may be written to. */
export function stopReason(facts: RecipientFacts): StopReason | undefined {
  if (!WRITABLE.has(facts.letterState)) return "letter_closed";
  if (facts.contactStatus === "address_invalid") return "address_invalid";
  if (facts.contactStatus !== "active") return "contact_inactive";
  if (!facts.hasAddress) return "no_address";
  if (facts.suppressed) return "suppressed";
  if (facts.basisExpired) return "basis_expired";
  if (facts.signed) return "signed";
  if (facts.declined) return "declined";
  if (facts.covered) return "covered_by_parent";
  if (facts.answeredByOther) return "answered";
  return facts.firstContact === "forbidden" ? "country_forbids_first_contact" : undefined;
}

/** Whom a mailing is for, by what was written before. */
export const WRITTEN_BEFORE = ["never", "before", "any"] as const;

/** One of them. */
export type WrittenBefore = (typeof WRITTEN_BEFORE)[number];

/** Why somebody is left out of a mailing at the choice of recipients. */
export type LeftOutReason =
  StopReason | "written_before" | "never_written" | "one_per_organisation" | "twice";

/** A contact who could be written to. */
export interface Candidate {
  contactId: string;
  organisationId: string;
  addressHash: string;
  facts: RecipientFacts;
  /** A mail about this letter went, or is about to go, to this address. */
  written: boolean;
  /** The same to another contact of the organisation. */
  organisationWritten: boolean;
}

/** The choice: who gets the mail, and who does not, with the reason. */
export interface Choice<C extends Candidate> {
  chosen: C[];
  leftOut: { candidate: C; reason: LeftOutReason }[];
}

/**
 * Chooses recipients, in the order given: nobody whom a stop rule holds back, one contact per organisation unless
 * contacts were named by hand, one mail per address.
 */
export function chooseRecipients<C extends Candidate>(
  candidates: readonly C[],
  rule: { written: WrittenBefore; oneEach: boolean },
): Choice<C> {
  const choice: Choice<C> = { chosen: [], leftOut: [] };
  const organisations = new Set<string>();
  const addresses = new Set<string>();
  for (const candidate of candidates) {
    const reason =
      stopReason(candidate.facts) ??
      writtenReason(candidate, rule.written, rule.oneEach) ??
      (rule.oneEach && organisations.has(candidate.organisationId) ? "one_per_organisation" : undefined) ??
      (addresses.has(candidate.addressHash) ? "twice" : undefined);
    if (reason) {
      choice.leftOut.push({ candidate, reason });
      continue;
    }
    organisations.add(candidate.organisationId);
    addresses.add(candidate.addressHash);
    choice.chosen.push(candidate);
  }
  return choice;
}

function writtenReason(
  candidate: Candidate,
  rule: WrittenBefore,
  oneEach: boolean,
): LeftOutReason | undefined {
  if (rule === "never" && candidate.written) return "written_before";
  if (rule === "before" && !candidate.written) return "never_written";
  return rule === "never" && oneEach && candidate.organisationWritten ? "one_per_organisation" : undefined;
}

/** Whether a batch of this size may go out on the word of the one who wrote it. */
export function needsSecondPerson(recipients: number): boolean {
  return recipients > ALONE_UP_TO;
}

/** Who asks to approve a mailing, as far as the rule needs to know. */
export interface Approval {
  writtenBy: string | null;
  queuedBy: string | null;
  /** Whether a script put it in the queue, whoever answers for the script. */
  byScript: boolean;
  approver: string | null;
  /** Whether a script asks. */
  asScript: boolean;
  /** Whether anybody else could approve. */
  othersMay: boolean;
}

/**
 * Whether somebody may approve a batch: anybody but those who wrote or queued it. Where nobody else could, the same
 * person may, so that an installation with one staff member works; the record then says so. A script stands for the
 * colleague who answers for it, never approves alone and never what a script queued: of two, one has to be a person.
 */
export function mayApprove(approval: Approval): "yes" | "alone" | "no" {
  if (approval.asScript && approval.byScript) return "no";
  if (approval.approver === null) return approval.writtenBy === null ? "no" : "yes";
  const own = [approval.writtenBy, approval.queuedBy].includes(approval.approver);
  if (!own) return "yes";
  return approval.othersMay || approval.asScript ? "no" : "alone";
}
