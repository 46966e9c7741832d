/** Every state a signature can be in (product.md §3, rulings 17 to 20). */
export const SIGNATURE_STATES = [
  "submitted",
  "email_confirmed",
  "awaiting_authority",
  "attested",
  "in_review",
  "needs_information",
  "accepted",
  "published",
  "held",
  "standing",
  "disputed",
  "needs_reaffirmation",
  "expired",
  "rejected",
  "invalidated",
  "withdrawn",
  "rescinded",
  "superseded",
] as const;

/** Where a signature stands. */
export type SignatureState = (typeof SIGNATURE_STATES)[number];

/** Whether the organisation signs now, or once others have. */
export type SignatureKind = "signature" | "pledge";

/** Whether the organisation is named. */
export type Visibility = "public" | "confidential";

/** States that are over: an organisation with one of these may sign again. The index `signatures_one_live_idx` says the same. */
export const ENDED: ReadonlySet<SignatureState> = new Set<SignatureState>([
  "expired",
  "rejected",
  "invalidated",
  "withdrawn",
  "rescinded",
  "superseded",
]);

/** Why a signature moves on. */
export type Cause =
  | "address_confirmed"
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
  | "expired"
  | "replaced"
  | "disputed"
  | "dispute_settled"
  | "text_changed"
  | "reaffirmed"
  | "withdrawn"
  /** Staff does it, since the signatory asked by mail or telephone. */
  | "withdrawn_on_request"
  | "rescinded"
  | "invalidated";

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

/** The one table of what may follow what. Everything that is not here is refused. */
export const TRANSITIONS: readonly Transition[] = [
  ...steps("company", "address_confirmed", "email_confirmed", "submitted"),
  ...steps("company", "replaced", "superseded", "submitted", "in_review", "needs_information"),
  ...steps("system", "expired", "expired", "submitted", "awaiting_authority", "needs_information"),
  ...steps("company", "officer_asked", "awaiting_authority", "email_confirmed"),
  ...steps("company", "attested", "attested", "email_confirmed", "awaiting_authority"),
  ...steps("company", "refused", "rescinded", "awaiting_authority"),
  ...steps("system", "queued", "in_review", "attested"),
  ...steps("staff", "information_asked", "needs_information", "in_review"),
  ...steps("company", "information_given", "in_review", "needs_information"),
  ...steps("staff", "accepted", "accepted", "in_review"),
  ...steps(
    "staff",
    "rejected",
    "rejected",
    "submitted",
    "awaiting_authority",
    "in_review",
    "needs_information",
  ),
  ...steps("system", "published", "published", "accepted", "held"),
  ...steps("system", "held", "held", "accepted"),
  ...steps("system", "pledge_stands", "standing", "accepted"),
  ...steps("company", "disputed", "disputed", "published", "held", "accepted", "standing"),
  ...steps("staff", "dispute_settled", "in_review", "disputed"),
  ...steps("system", "text_changed", "needs_reaffirmation", "published"),
  ...steps("company", "reaffirmed", "published", "needs_reaffirmation"),
  ...steps("company", "withdrawn", "withdrawn", "published", "needs_reaffirmation"),
  ...steps("staff", "withdrawn_on_request", "withdrawn", "published", "needs_reaffirmation"),
  ...steps(
    "staff",
    "rescinded",
    "rescinded",
    "in_review",
    "needs_information",
    "accepted",
    "held",
    "standing",
  ),
  ...steps(
    "staff",
    "invalidated",
    "invalidated",
    "in_review",
    "accepted",
    "published",
    "held",
    "standing",
    "disputed",
  ),
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

/** What a second submission for an organisation meets. */
export interface StandingEntry {
  state: SignatureState;
  invitationId: string | null;
  /** Whether both submissions say exactly the same. */
  same: boolean;
}

/**
 * Whether nobody vouches for a signature yet: it came by the public page, where anybody may give any name, and staff
 * have not accepted it. It acts for the organisation against nobody who was invited.
 */
export function isUnvouched({ state, invitationId }: Pick<StandingEntry, "state" | "invitationId">): boolean {
  return invitationId === null && (state === "in_review" || state === "needs_information");
}

/** What becomes of a second submission: the old mail again, a fresh start, or a note to the owner. */
export type DuplicateVerdict = "resend" | "replace" | "notify";

/**
 * Judges a second submission for an organisation whose first is live. An unconfirmed one proves nothing, so the newer
 * takes its place (a mistyped address can be put right), but one from the public page never pushes aside one that came
 * by invitation. A confirmed one stands and its owner is told, unless nobody vouches for it and the newer came by invitation.
 */
export function judgeDuplicate(standing: StandingEntry, invitationId: string | null): DuplicateVerdict {
  if (isUnvouched(standing) && invitationId !== null) return "replace";
  if (standing.state !== "submitted") return "notify";
  if (standing.same) return "resend";
  return standing.invitationId !== null && invitationId === null ? "resend" : "replace";
}

/** The shapes and colours of look.md §5. */
export type StateTone = "ok" | "wait" | "info" | "bad" | "off";

const TONES: Record<SignatureState, StateTone> = {
  submitted: "wait",
  email_confirmed: "wait",
  awaiting_authority: "wait",
  attested: "wait",
  in_review: "wait",
  needs_information: "info",
  accepted: "ok",
  published: "ok",
  held: "wait",
  standing: "wait",
  disputed: "bad",
  needs_reaffirmation: "info",
  expired: "off",
  rejected: "bad",
  invalidated: "bad",
  withdrawn: "off",
  rescinded: "off",
  superseded: "off",
};

/** The tone in which a state is shown; the word always stands beside it. */
export function stateTone(state: SignatureState): StateTone {
  return TONES[state];
}
