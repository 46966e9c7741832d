/** Who can be enrolled in a sequence, and who is left out and why. */
import { DAY } from "../../platform/clock.js";
import { AGAIN_AFTER_DAYS } from "./enrolment.js";
import { stopReason, type RecipientFacts, type StopReason } from "./mailing.js";

/** Why a contact is left out when a sequence begins. */
export type NotEnrolledReason =
  | StopReason
  | "in_sequence"
  | "enrolled_recently"
  | "organisation_active"
  | "on_hold"
  | "one_per_organisation"
  | "twice";

/** What decides whether a contact can be enrolled, from the rows as they are now. */
export interface EnrolmentCandidate {
  contactId: string;
  organisationId: string;
  addressHash: string;
  facts: RecipientFacts;
  /** Goes through a sequence now. */
  inSequence: boolean;
  /** When the last round of a sequence about this letter ended in which a mail went out; null: there was none. */
  lastRoundEndedAt: Date | null;
  /** A colleague goes through a sequence now. */
  organisationActive: boolean;
  /** A hold lies on the contact or the organisation. */
  onHold: boolean;
}

/** The choice: who is enrolled, and who is not, with every reason. */
export interface EnrolmentChoice<C extends EnrolmentCandidate> {
  chosen: C[];
  leftOut: { candidate: C; reasons: NotEnrolledReason[] }[];
}

/**
 * Chooses whom to enrol, in the order given. One contact of an organisation unless the sequence allows several, one
 * enrolment per address, nobody again within 60 days.
 */
export function chooseEnrolments<C extends EnrolmentCandidate>(
  candidates: readonly C[],
  rule: { oneContactPerOrganisation: boolean; colleagueEnds: boolean; at: Date },
): EnrolmentChoice<C> {
  const choice: EnrolmentChoice<C> = { chosen: [], leftOut: [] };
  const organisations = new Set<string>();
  const addresses = new Set<string>();
  for (const candidate of candidates) {
    const reasons = reasonsAgainst(candidate, rule);
    if (rule.oneContactPerOrganisation && organisations.has(candidate.organisationId)) {
      reasons.push("one_per_organisation");
    }
    if (addresses.has(candidate.addressHash)) reasons.push("twice");
    if (reasons.length > 0) {
      choice.leftOut.push({ candidate, reasons });
      continue;
    }
    organisations.add(candidate.organisationId);
    addresses.add(candidate.addressHash);
    choice.chosen.push(candidate);
  }
  return choice;
}

function reasonsAgainst(
  candidate: EnrolmentCandidate,
  rule: { oneContactPerOrganisation: boolean; colleagueEnds: boolean; at: Date },
): NotEnrolledReason[] {
  const stop = stopReason(
    rule.colleagueEnds ? candidate.facts : { ...candidate.facts, answeredByOther: false },
  );
  const again = candidate.lastRoundEndedAt?.getTime() ?? Number.NEGATIVE_INFINITY;
  return [
    ...(stop ? [stop] : []),
    ...(candidate.inSequence ? (["in_sequence"] as const) : []),
    ...(!candidate.inSequence && rule.at.getTime() < again + AGAIN_AFTER_DAYS * DAY
      ? (["enrolled_recently"] as const)
      : []),
    ...(rule.oneContactPerOrganisation && candidate.organisationActive
      ? (["organisation_active"] as const)
      : []),
    ...(candidate.onHold ? (["on_hold"] as const) : []),
  ];
}
