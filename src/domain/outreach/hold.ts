/** Holds: outreach waits for a contact, an organisation, a sequence, a mailbox or a letter until somebody lets it go on. */
import type { PauseReason } from "./enrolment.js";

/** What can be held. */
export const HOLD_SCOPES = ["contact", "organisation", "sequence", "mailbox", "letter"] as const;

/** One of them. */
export type HoldScope = (typeof HOLD_SCOPES)[number];

/** What an enrolment says of itself while a hold of this scope lasts. */
export const PAUSE_BY_SCOPE: Record<HoldScope, PauseReason> = {
  contact: "manual",
  organisation: "org_hold",
  sequence: "manual",
  mailbox: "mailbox_unhealthy",
  letter: "letter_paused",
};

/** The rows that a hold on any of them would hold a mail up for. */
export type HoldSubjects = Record<HoldScope, string | null>;

/** A hold that lasts. */
export interface LiveHold {
  scope: HoldScope;
  subjectId: string;
}

/** What holds a mail or an enrolment up, the narrowest hold first; undefined when nothing does. */
export function heldBy(holds: readonly LiveHold[], subjects: HoldSubjects): PauseReason | undefined {
  const scope = HOLD_SCOPES.find((each) =>
    holds.some((hold) => hold.scope === each && hold.subjectId === subjects[each]),
  );
  return scope && PAUSE_BY_SCOPE[scope];
}
