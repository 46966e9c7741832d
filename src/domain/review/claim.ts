/** Who has taken an entry, so that two reviewers do not work on it unknowingly. */
import { MINUTE } from "../../platform/clock.js";

/** How long a claim holds; it lapses by itself. */
export const CLAIM_LIFE = 30 * MINUTE;

/** An entry that somebody has taken. */
export interface Claim {
  holderId: string;
  holderName: string;
  takenAt: Date;
}

/** What a claim means for one who wants to decide. */
export type ClaimVerdict = "own" | "free" | "taken";

/** Whether an entry is one's own, free, or taken by somebody else at a moment. */
export function judgeClaim(
  claim: Pick<Claim, "holderId" | "takenAt"> | undefined,
  holderId: string | null,
  at: Date,
): ClaimVerdict {
  if (!claim || claim.takenAt.getTime() + CLAIM_LIFE <= at.getTime()) return "free";
  return claim.holderId === holderId ? "own" : "taken";
}

/** For how many whole minutes a claim has stood. */
export function minutesHeld(claim: Pick<Claim, "takenAt">, at: Date): number {
  return Math.max(0, Math.floor((at.getTime() - claim.takenAt.getTime()) / MINUTE));
}
