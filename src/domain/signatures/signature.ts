/** Every state a signature can be in (product.md §3, rulings 17 to 20). */
export const SIGNATURE_STATES = [
  "submitted",
  "email_confirmed",
  "parked",
  "awaiting_authority",
  "attested",
  "in_review",
  "needs_information",
  "accepted",
  "published",
  "held",
  "standing",
  "triggered",
  "disputed",
  "needs_reaffirmation",
  "expired",
  "rejected",
  "invalidated",
  "withdrawn",
  "rescinded",
  "superseded",
  "lapsed",
  "retracted",
] as const;

/** Where a signature stands. */
export type SignatureState = (typeof SIGNATURE_STATES)[number];

/** Whether the organisation signs now, or once others have. */
export type SignatureKind = "signature" | "pledge";

/** Whether the organisation is named. */
export type Visibility = "public" | "confidential";

/** States that are over: an organisation with one of these may sign again. */
export const ENDED: ReadonlySet<SignatureState> = new Set<SignatureState>([
  "expired",
  "rejected",
  "invalidated",
  "withdrawn",
  "rescinded",
  "superseded",
  "lapsed",
  "retracted",
]);

/**
 * States of which an organisation may have several: what is over, what nobody has confirmed, and a second entry that
 * waits beside the first. Of all others it has one at a time (the index `signatures_one_live_idx`).
 */
export const NOT_LIVE: ReadonlySet<SignatureState> = new Set<SignatureState>([
  ...ENDED,
  "submitted",
  "parked",
]);

/** Why a signature moves on. */
export type Cause =
  | "address_confirmed"
  /** Confirmed, but another entry of the organisation is live: a person looks at both. */
  | "second_entry"
  | "unparked"
  | "officer_asked"
  | "attested"
  | "refused"
  | "queued"
  | "information_asked"
  | "information_given"
  | "accepted"
  | "rejected"
  | "published"
  | "held"
  | "pledge_stands"
  | "condition_met"
  | "set_back"
  | "lapsed"
  | "activated"
  /** The pledger no longer waits for others. */
  | "signed_now"
  | "retracted"
  | "expired"
  | "replaced"
  /** Its organisation was found to be the same as another, whose entry stands. */
  | "merged"
  /** That was a mistake: the two organisations are two again. */
  | "unmerged"
  | "disputed"
  /** Staff has doubts about an entry that was accepted. */
  | "questioned"
  | "dispute_settled"
  | "text_changed"
  | "reaffirmed"
  | "withdrawn"
  /** Staff does it, since the signatory asked by mail or telephone. */
  | "withdrawn_on_request"
  /** The signatory takes it back before it is public. */
  | "taken_back"
  | "rescinded"
  | "invalidated"
  /** An invalidation is undone: back to the review, which accepts it again. */
  | "restored"
  /** A rejection is undone: back to before the question of authority. */
  | "reopened"
  /** Staff throws away what nobody confirmed. */
  | "discarded";

/** Who may bring a transition about: the company itself, staff, or the system as a consequence. */
export type Mover = "company" | "staff" | "system";

/** One allowed step. */
export interface Transition {
  from: SignatureState;
  cause: Cause;
  to: SignatureState;
  by: Mover;
}

function steps(
  by: Mover,
  cause: Cause,
  to: SignatureState,
  ...from: readonly SignatureState[]
): readonly Transition[] {
  return from.map((each) => ({ from: each, cause, to, by }));
}

/** Entries that staff accepted and that are neither over nor in doubt. */
const GOOD = ["accepted", "published", "held", "standing", "triggered", "needs_reaffirmation"] as const;

/** Confirmed entries that staff have not decided on. */
const PENDING = [
  "email_confirmed",
  "awaiting_authority",
  "attested",
  "in_review",
  "needs_information",
] as const;

/** The one table of what may follow what. Everything that is not here is refused, by the database too. */
export const TRANSITIONS: readonly Transition[] = [
  ...steps("company", "address_confirmed", "email_confirmed", "submitted"),
  ...steps("company", "second_entry", "parked", "submitted"),
  ...steps("staff", "unparked", "email_confirmed", "parked"),
  ...steps("company", "officer_asked", "awaiting_authority", "email_confirmed"),
  ...steps("company", "attested", "attested", "email_confirmed", "awaiting_authority"),
  ...steps("company", "refused", "rescinded", "awaiting_authority", "parked"),
  ...steps("system", "queued", "in_review", "attested"),
  ...steps("staff", "information_asked", "needs_information", "in_review"),
  ...steps("company", "information_given", "in_review", "needs_information"),
  ...steps("staff", "accepted", "accepted", "in_review"),
  ...steps("staff", "rejected", "rejected", "parked", ...PENDING),
  ...steps("staff", "reopened", "email_confirmed", "rejected"),
  ...steps("system", "published", "published", "accepted", "held"),
  ...steps("system", "held", "held", "accepted"),
  ...steps("system", "pledge_stands", "standing", "accepted"),
  ...steps("system", "condition_met", "triggered", "standing"),
  ...steps("system", "set_back", "standing", "triggered"),
  ...steps("system", "activated", "accepted", "triggered"),
  ...steps("system", "lapsed", "lapsed", "standing", "triggered"),
  ...steps("company", "signed_now", "accepted", "standing", "triggered"),
  ...steps("company", "retracted", "retracted", "standing", "triggered"),
  ...steps("staff", "discarded", "expired", "submitted"),
  ...steps("system", "expired", "expired", "submitted", "parked", "awaiting_authority", "needs_information"),
  ...steps("company", "replaced", "superseded", "submitted", "parked", ...PENDING),
  ...steps("system", "merged", "superseded", "parked", ...PENDING, ...GOOD, "disputed"),
  ...steps("system", "unmerged", "email_confirmed", "superseded"),
  ...steps("company", "disputed", "disputed", "attested", "in_review", "needs_information", ...GOOD),
  ...steps("staff", "questioned", "disputed", ...GOOD),
  ...steps("staff", "dispute_settled", "in_review", "disputed"),
  ...steps("system", "text_changed", "needs_reaffirmation", "accepted", "published", "held", "standing"),
  ...steps("company", "reaffirmed", "accepted", "needs_reaffirmation"),
  ...steps("company", "withdrawn", "withdrawn", "published", "needs_reaffirmation"),
  ...steps("staff", "withdrawn_on_request", "withdrawn", "published", "needs_reaffirmation"),
  ...steps(
    "company",
    "taken_back",
    "rescinded",
    "parked",
    ...PENDING,
    "accepted",
    "held",
    "needs_reaffirmation",
    "disputed",
  ),
  ...steps(
    "staff",
    "rescinded",
    "rescinded",
    ...PENDING,
    "accepted",
    "held",
    "standing",
    "triggered",
    "needs_reaffirmation",
    "disputed",
  ),
  ...steps("staff", "invalidated", "invalidated", ...GOOD, "disputed"),
  ...steps("staff", "restored", "in_review", "invalidated"),
];

/** The step that a cause brings about from a state, or undefined where it is not allowed. */
export function nextStep(from: SignatureState, cause: Cause): Transition | undefined {
  return TRANSITIONS.find((step) => step.from === from && step.cause === cause);
}

/** The step by which staff may bring a signature from one state to another, or undefined where it is not allowed. */
export function staffStep(from: SignatureState, to: SignatureState): Transition | undefined {
  return TRANSITIONS.find((step) => step.from === from && step.to === to && step.by === "staff");
}

/** Where staff may bring a signature from a state, other than by the decision of a review. */
export function staffMoves(from: SignatureState): SignatureState[] {
  const decided = new Set<SignatureState>(["accepted", "rejected", "needs_information", "in_review"]);
  return TRANSITIONS.filter((step) => step.from === from && step.by === "staff" && !decided.has(step.to)).map(
    ({ to }) => to,
  );
}

/** What follows acceptance: a pledge stands, a gathering letter holds it back, a confidential one stays unlisted. */
export function causeAfterAcceptance(
  signature: { kind: SignatureKind; visibility: Visibility },
  letterState: string,
): Cause | undefined {
  if (signature.kind === "pledge") return "pledge_stands";
  if (signature.visibility === "confidential") return undefined;
  return letterState === "gathering" ? "held" : "published";
}

const CONFIRMATION_GRACE = 24 * 3_600_000;

/**
 * Whether a submission may still be confirmed (ruling 18): while the letter takes answers, and for 24 hours after it
 * closed if it was submitted before. `closedAt` is the earlier of its set and its actual end.
 */
export function mayConfirm(submittedAt: Date, closedAt: Date | null, at: Date): "yes" | "letter_closed" {
  if (!closedAt || closedAt.getTime() > at.getTime()) return "yes";
  const inTime = submittedAt.getTime() < closedAt.getTime();
  return inTime && at.getTime() < closedAt.getTime() + CONFIRMATION_GRACE ? "yes" : "letter_closed";
}

/** The organisation of an entry that somebody has confirmed; before that it may have none. */
export function organisationOf(entry: { id: string; organisation_id: string | null }): string {
  if (entry.organisation_id === null) throw new Error(`nobody has confirmed signature ${entry.id}`);
  return entry.organisation_id;
}

const UNDECIDED: ReadonlySet<SignatureState> = new Set<SignatureState>(PENDING);

/**
 * Whether nobody vouches for a signature yet: it came by the public page, where anybody may give any name, and staff
 * have not accepted it. It acts for the organisation against nobody who was invited.
 */
export function isUnvouched(entry: { state: SignatureState; invitationId: string | null }): boolean {
  return entry.invitationId === null && UNDECIDED.has(entry.state);
}

/** The shapes and colours of look.md §5. */
export type StateTone = "ok" | "wait" | "info" | "bad" | "off";

const TONES: Record<SignatureState, StateTone> = {
  submitted: "wait",
  email_confirmed: "wait",
  parked: "info",
  awaiting_authority: "wait",
  attested: "wait",
  in_review: "wait",
  needs_information: "info",
  accepted: "ok",
  published: "ok",
  held: "wait",
  standing: "wait",
  triggered: "wait",
  disputed: "bad",
  needs_reaffirmation: "info",
  expired: "off",
  rejected: "bad",
  invalidated: "bad",
  withdrawn: "off",
  rescinded: "off",
  superseded: "off",
  lapsed: "off",
  retracted: "off",
};

/** The tone in which a state is shown; the word always stands beside it. */
export function stateTone(state: SignatureState): StateTone {
  return TONES[state];
}
