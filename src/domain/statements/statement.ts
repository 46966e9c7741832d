/**
 * What a signatory says beside the signature. Each kind is a history: a new statement waits for staff while the one
 * that was approved before stays in public, and is replaced only when the new one is approved. The first ones come with the
 * signature itself: a trigger on `signatures` makes them of what the form said (decision 21).
 */
export const STATEMENT_KINDS = ["quote", "reservation", "logo", "display_name", "legal_name"] as const;

/** What a statement is about. */
export type StatementKind = (typeof STATEMENT_KINDS)[number];

/** Where a statement stands. `refused` also holds what was approved once and taken down later. */
export const STATEMENT_STATES = [
  "waiting",
  "approved",
  "change_asked",
  "refused",
  "replaced",
  "taken_back",
] as const;

/** Where a statement stands. */
export type StatementState = (typeof STATEMENT_STATES)[number];

/** What staff may decide. */
export const DECISIONS = ["approved", "change_asked", "refused"] as const;

/** What staff have decided about a statement. */
export type StatementDecision = (typeof DECISIONS)[number];

/** What may follow what. */
const NEXT: Record<StatementState, readonly StatementState[]> = {
  waiting: ["approved", "change_asked", "refused", "replaced", "taken_back"],
  approved: ["refused", "replaced", "taken_back"],
  change_asked: ["replaced", "taken_back"],
  refused: ["replaced", "taken_back"],
  replaced: [],
  taken_back: [],
};

/** Whether a statement may go from one state to another. */
export function mayBecome(from: StatementState, to: StatementState): boolean {
  return NEXT[from].includes(to);
}

/** Whether a decision has to be told to the signatory in words. */
export function needsReason(decision: StatementDecision): boolean {
  return decision !== "approved";
}

/** The kinds that organisations show in public once they are approved. */
export function isShown(kind: StatementKind): boolean {
  return kind === "quote" || kind === "reservation" || kind === "logo";
}

/** How long a logo's edges are at most as it is shown, in pixels of a screen with two for each. */
export const LOGO_EDGES = { width: 400, height: 160 } as const;

/** The address of a logo: it names its content, so that what stands there never changes while it stands. */
export function logoPath(hash: Buffer): string {
  return `/logos/${hash.toString("hex")}.png`;
}
