/** What we ask next when the answer is not a full signature, from the smallest step to the whole (product.md §7). */
export const ASKS = ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "A10"] as const;

/** One step of the ladder of asks. */
export type Ask = (typeof ASKS)[number];

/** The groups in which reasons are shown. */
export const REASON_GROUPS = ["position", "process", "collective", "fit", "other"] as const;

/** One of the groups. */
export type ReasonGroup = (typeof REASON_GROUPS)[number];

/** The reasons for which an organisation may decline, in the order of the picker; the table `decline_reasons` holds the same. */
export const DECLINE_CODES = [
  "political",
  "gov_customer",
  "foreign_market",
  "wording",
  "disagree",
  "backlash",
  "legal_review",
  "no_sign_policy",
  "parent_policy",
  "board_or_shareholder",
  "capacity",
  "timing",
  "antitrust",
  "trade_assoc",
  "already_signed",
  "first_mover",
  "not_relevant",
  "too_small",
  "distrust_sponsor",
  "evidence",
  "other",
] as const;

/** One of the reasons. */
export type DeclineCode = (typeof DECLINE_CODES)[number];

/** A reason as it is kept: its group, what we ask next by default, and after how many months we look again. */
export interface DeclineReason {
  code: DeclineCode;
  group: ReasonGroup;
  nextAsk: Ask | null;
  revisitMonths: number | null;
}

/** Whether we may write again, in the words of who declined. */
export const ASK_AGAIN = ["no", "later", "if_text_changes", "unknown"] as const;

/** One of these answers. */
export type AskAgain = (typeof ASK_AGAIN)[number];

/** How we know of a decline. */
export const DECLINE_SOURCES = ["written", "oral", "inferred", "public_statement"] as const;

/** One of these ways. */
export type DeclineSource = (typeof DECLINE_SOURCES)[number];

/** Asks that a company can take up on the spot, through its own link. */
const ON_THE_SPOT: ReadonlySet<Ask> = new Set(["A2", "A6", "A7", "A10"]);

/** Whether an ask is answered by a form of ours rather than by talking. */
export function isOnTheSpot(ask: Ask): boolean {
  return ON_THE_SPOT.has(ask);
}

/**
 * The day on which to look again, as `YYYY-MM-DD`: so many months after `from`, the last day of a shorter month, or
 * null for a reason that is never asked about again.
 */
export function revisitDay(months: number | null, from: Date): string | null {
  if (months === null) return null;
  const first = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months, 1));
  const lastDay = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(from.getUTCDate(), lastDay));
  return first.toISOString().slice(0, 10);
}

/**
 * What we ask next after a decline through the link: nothing once they said no to being asked again or disagree with
 * the aim, else what the reason suggests.
 */
export function nextAskFor(reason: DeclineReason, again: AskAgain): Ask | null {
  return again === "no" ? null : reason.nextAsk;
}

/** The contributing reasons as they are kept: each once, and never the main one. */
export function contributingTo(main: DeclineCode, codes: readonly DeclineCode[]): DeclineCode[] {
  return [...new Set(codes)].filter((code) => code !== main);
}
