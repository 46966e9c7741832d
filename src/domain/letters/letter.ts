/** Every state a letter can be in (product.md §2), in the order in which it passes through them. */
export const LETTER_STATES = [
  "draft",
  "in_review",
  "approved",
  "gathering",
  "open",
  "paused",
  "closed",
  "delivered",
  "answered",
  "concluded",
  "archived",
  "rejected",
  "withdrawn_by_sponsor",
  "removed",
] as const;

/** The state of a letter. */
export type LetterState = (typeof LETTER_STATES)[number];

/** The one table of where a letter may go from where it is; what is not here is refused. */
export const LETTER_CHANGES: Record<LetterState, readonly LetterState[]> = {
  draft: ["in_review", "withdrawn_by_sponsor", "removed"],
  in_review: ["approved", "draft", "rejected", "withdrawn_by_sponsor", "removed"],
  approved: ["open", "gathering", "draft", "withdrawn_by_sponsor", "removed"],
  gathering: ["open", "withdrawn_by_sponsor", "removed"],
  open: ["paused", "closed", "withdrawn_by_sponsor", "removed"],
  paused: ["open", "closed", "withdrawn_by_sponsor", "removed"],
  closed: ["delivered", "open", "withdrawn_by_sponsor", "removed"],
  delivered: ["answered", "concluded", "removed"],
  answered: ["archived", "removed"],
  concluded: ["archived", "removed"],
  archived: ["removed"],
  rejected: [],
  withdrawn_by_sponsor: ["removed"],
  removed: [],
};

/** What a change of state depends on beside the two states. */
export interface ChangeFacts {
  now: Date;
  closesAt: Date | null;
  closedAt: Date | null;
  /** Signatures that nobody has reviewed yet, other than those that staff lists as left out of the delivery. */
  entriesInReview: number;
}

/** Why a letter may not change its state. */
export type ChangeRefusal = "not_from_here" | "end_passed" | "too_early" | "entries_in_review";

/** Whether a letter may change its state, and if not, why. */
export type ChangeVerdict = { may: true } | { may: false; why: ChangeRefusal };

const DAY = 86_400_000;

/** Whether a letter may go from one state to another by the table alone. */
export function mayChange(from: LetterState, to: LetterState): ChangeVerdict {
  return LETTER_CHANGES[from].includes(to) ? { may: true } : { may: false, why: "not_from_here" };
}

/**
 * Whether a letter may change its state now. It opens only before its end; it is delivered only 24 hours after its
 * end, when confirmations under way have come in, and with no entry left in review unless staff leaves those out (ruling 18).
 */
export function mayChangeNow(from: LetterState, to: LetterState, facts: ChangeFacts): ChangeVerdict {
  const verdict = mayChange(from, to);
  if (!verdict.may) return verdict;
  const now = facts.now.getTime();
  if (takesSignatures(to) && facts.closesAt && facts.closesAt.getTime() <= now) {
    return { may: false, why: "end_passed" };
  }
  if (to !== "delivered") return verdict;
  const ends = [facts.closesAt, facts.closedAt].filter((end) => end !== null).map((end) => end.getTime());
  if (ends.length > 0 && now < Math.min(...ends) + DAY) return { may: false, why: "too_early" };
  return facts.entriesInReview > 0 ? { may: false, why: "entries_in_review" } : verdict;
}

/** Whether organisations can sign: anybody while it is open, by secret link only while it is gathering. */
export function takesSignatures(state: string): boolean {
  return state === "open" || state === "gathering";
}

/** Whether outreach about the letter may go out (ruling 5); confirmations and the like are not asked this. */
export function mayWrite(state: string): boolean {
  return state === "open" || state === "gathering";
}

/** What decides when a letter opens by itself. */
export interface Launch {
  state: string;
  /** From this moment an approved or gathering letter is open. */
  launch_at: Date | null;
}

/**
 * The state a letter is in for everybody at a moment. A letter whose launch has come is open, whether or not the
 * worker has written that down: every page, list, form and mail asks here, so that all of them change at once.
 */
export function standingState<S extends string>(
  letter: { state: S; launch_at: Date | null },
  at: Date,
): S | "open" {
  return letter.launch_at !== null && WAITS.has(letter.state) && letter.launch_at.getTime() <= at.getTime()
    ? "open"
    : letter.state;
}

const WAITS: ReadonlySet<string> = new Set(["approved", "gathering"]);

/** Whether a moment of launch may still be set or moved: until the letter is open. */
export function mayPlanLaunch(letter: Launch, at: Date): boolean {
  return ["draft", "in_review", "approved", "gathering"].includes(standingState(letter, at));
}

/** States whose public reason has to be given on entering them. */
export const NEEDS_REASON: ReadonlySet<LetterState> = new Set<LetterState>([
  "rejected",
  "withdrawn_by_sponsor",
]);

const SHOWN: ReadonlySet<string> = new Set([
  "open",
  "paused",
  "closed",
  "delivered",
  "answered",
  "concluded",
  "archived",
]);

/** What the public finds at the letter's address: the letter, why there is none, the word that it is gone, or nothing. */
export type PublicStanding = "shown" | "ended" | "gone" | "hidden";

/**
 * What the public finds in a state that has been through `standingState`. One that was rejected or withdrawn keeps a
 * page that says so, with the reason and without the text.
 */
export function publicStanding(state: string): PublicStanding {
  if (SHOWN.has(state)) return "shown";
  if (state === "rejected" || state === "withdrawn_by_sponsor") return "ended";
  return state === "removed" ? "gone" : "hidden";
}

/** Why a text may not be changed in place. */
export type EditRefusal = "signed" | "not_a_draft";

/** Whether the text of the newest version may be changed in place: only before approval, and never once signed. */
export function mayEditText(
  state: string,
  signed: boolean,
): { may: true } | { may: false; why: EditRefusal } {
  if (signed) return { may: false, why: "signed" };
  return state === "draft" || state === "in_review" ? { may: true } : { may: false, why: "not_a_draft" };
}

const STANDING: ReadonlySet<string> = new Set([
  "draft",
  "in_review",
  "approved",
  "gathering",
  "open",
  "paused",
  "closed",
]);

/** Whether a letter may still get translations, versions and a new end: until it is delivered or has ended. */
export function mayAmend(state: string): boolean {
  return STANDING.has(state);
}
