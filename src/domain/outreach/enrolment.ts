/**
 * A contact going through a sequence. `pending` has not been written to yet, `paused` waits for something, `finished`
 * says why it is over. Each state has its own reasons; the same lists stand as checks in the database.
 */

/** Every state with the reasons it can have. An active enrolment needs none. */
export const ENROLMENT_REASONS = {
  pending: ["throttle", "window", "approval"],
  active: [],
  paused: ["manual", "out_of_office", "org_hold", "mailbox_unhealthy", "letter_paused"],
  finished: [
    "completed",
    "replied",
    "meeting",
    "signed",
    "covered_by_parent",
    "declined",
    "unsubscribed",
    "bounced",
    "org_replied",
    "suppressed",
    "removed",
    "failed",
    "expired",
  ],
} as const;

/** One of the states. */
export type EnrolmentState = keyof typeof ENROLMENT_REASONS;
/** Why the first mail has not gone out yet. */
export type PendingReason = (typeof ENROLMENT_REASONS.pending)[number];
/** What an enrolment waits for. */
export type PauseReason = (typeof ENROLMENT_REASONS.paused)[number];
/** How an enrolment ended. */
export type EndReason = (typeof ENROLMENT_REASONS.finished)[number];

/** The states in the order of a list. */
export const ENROLMENT_STATES = Object.keys(ENROLMENT_REASONS) as EnrolmentState[];

/** What can happen to an enrolment. */
export const ENROLMENT_EVENTS = ["approve", "sent", "pause", "resume", "finish"] as const;

/** One of them. */
export type EnrolmentEvent = (typeof ENROLMENT_EVENTS)[number];

/** Where each event leads from each state; what is not here changes nothing. */
const MOVES: Record<EnrolmentState, Partial<Record<EnrolmentEvent, EnrolmentState>>> = {
  pending: { approve: "active", sent: "active", pause: "paused", finish: "finished" },
  active: { sent: "active", pause: "paused", finish: "finished" },
  // A mail that was on its way when the pause began still counts as sent; the pause stays.
  paused: { sent: "paused", pause: "paused", resume: "active", finish: "finished" },
  finished: {},
};

/** The state after an event; undefined when the event means nothing to an enrolment in this state. */
export function afterEvent(state: EnrolmentState, event: EnrolmentEvent): EnrolmentState | undefined {
  return MOVES[state][event];
}

/** The states in which an event means something, for the fence in SQL. */
export function statesFor(event: EnrolmentEvent): EnrolmentState[] {
  return ENROLMENT_STATES.filter((state) => afterEvent(state, event) !== undefined);
}

/** Whether a reason is one that an enrolment can be paused for. */
export function isPauseReason(reason: string | null): reason is PauseReason {
  return (ENROLMENT_REASONS.paused as readonly (string | null)[]).includes(reason);
}

const BY_STOP: Record<string, EndReason> = {
  answered: "org_replied",
  address_invalid: "bounced",
  address_dead: "bounced",
};

/** How an enrolment ends when a mail of it, or all of it, is stopped for this reason; what has no name of its own is `removed`. */
export function endReason(stop: string | null): EndReason {
  const known = ENROLMENT_REASONS.finished.find((reason) => reason === stop);
  return known ?? BY_STOP[stop ?? ""] ?? "removed";
}

/** At the earliest so many days after the end of the last round somebody may be enrolled again. */
export const AGAIN_AFTER_DAYS = 60;
