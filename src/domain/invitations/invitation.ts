/** What a contact answered through the invitation last. */
export type InvitationAnswer = "signature" | "pledge" | "decline" | "wrong_contact" | "left_company";

/** Whether a letter takes answers now, or why not. */
export type AnswerVerdict = "open" | "not_yet" | "paused" | "closed" | "gone";

/** How somebody came to answer: by a personal link, or from the public page. */
export type Door = "invitation" | "public";

const NOT_YET = new Set(["draft", "in_review", "approved"]);
const CLOSED = new Set(["closed", "delivered", "answered", "concluded", "archived"]);

/**
 * Judges whether a letter in `state` takes an answer at a moment. While it gathers, only personal links lead in;
 * from `closesAt` on it is closed, whether or not anybody has pressed the button.
 */
export function mayAnswer(
  letter: { state: string; closesAt: Date | null },
  door: Door,
  at: Date,
): AnswerVerdict {
  if (NOT_YET.has(letter.state)) return "not_yet";
  if (CLOSED.has(letter.state)) return "closed";
  if (letter.state === "paused") return "paused";
  if (letter.state === "gathering" && door === "public") return "not_yet";
  if (letter.state !== "gathering" && letter.state !== "open") return "gone";
  return letter.closesAt && letter.closesAt.getTime() <= at.getTime() ? "closed" : "open";
}
