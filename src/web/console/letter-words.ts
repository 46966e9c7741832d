import { LETTER_CHANGES, type LetterState } from "../../domain/letters/letter.js";

/** The shape beside each state of a letter. */
const SHAPES: Record<LetterState, "ok" | "wait" | "info" | "bad" | "off"> = {
  draft: "wait",
  in_review: "wait",
  approved: "info",
  gathering: "ok",
  open: "ok",
  paused: "off",
  closed: "off",
  delivered: "ok",
  answered: "ok",
  concluded: "off",
  archived: "off",
  rejected: "bad",
  withdrawn_by_sponsor: "off",
  removed: "bad",
};

/** What the button says that moves a letter to a state. */
const ACTS: Record<LetterState, string> = {
  draft: "Take back to a draft",
  in_review: "Send to review",
  approved: "Approve the text",
  gathering: "Gather by secret links",
  open: "Open for signature",
  paused: "Pause",
  closed: "Close for signature",
  delivered: "Record the delivery",
  answered: "Record an answer",
  concluded: "Conclude without an answer",
  archived: "Archive",
  rejected: "Reject the text",
  withdrawn_by_sponsor: "Withdraw the letter",
  removed: "Take down for good",
};

/** What it means to be in a state, in a sentence. */
const MEANINGS: Record<LetterState, string> = {
  draft: "Only staff sees it. The text can be changed.",
  in_review: "Only staff sees it. Somebody has to approve the text.",
  approved: "The text stands. Nobody outside sees it yet.",
  gathering: "Organisations can sign by their personal link. The public sees nothing yet.",
  open: "Everybody can read and sign it; outreach goes out.",
  paused: "Everybody can read it. Nobody can sign, and outreach stands still.",
  closed: "Everybody can read it. Confirmations under way still count for 24 hours.",
  delivered: "It has been handed over. The list stays as it is.",
  answered: "The addressee has answered.",
  concluded: "It is over without an answer.",
  archived: "It stays here for the record.",
  rejected: "The text was not approved. Write a new letter instead.",
  withdrawn_by_sponsor: "The sponsor has taken it back. The public sees nothing.",
  removed: "Its address says that it is gone.",
};

const GRAVE: ReadonlySet<LetterState> = new Set(["rejected", "withdrawn_by_sponsor", "removed"]);
const NEXT: ReadonlySet<LetterState> = new Set([
  "in_review",
  "approved",
  "open",
  "delivered",
  "answered",
  "archived",
]);

/** A button that moves the letter. */
export interface StateAct {
  to: LetterState;
  label: string;
}

/** Everything a page says about the state a letter is in. */
export interface StateWords {
  shape: string;
  meaning: string;
  /** The step that comes next on the way; shown as the filled button. */
  main: StateAct | undefined;
  others: StateAct[];
  /** Steps that end the letter. */
  grave: StateAct[];
}

/** The state of a letter in words, with the steps that lead on from it. */
export function stateWords(state: LetterState): StateWords {
  const acts = LETTER_CHANGES[state].map((to) => ({ to, label: actLabel(state, to) }));
  const main = acts.find(({ to }) => NEXT.has(to));
  return {
    shape: SHAPES[state],
    meaning: MEANINGS[state],
    main,
    others: acts.filter((act) => act !== main && !GRAVE.has(act.to)),
    grave: acts.filter(({ to }) => GRAVE.has(to)),
  };
}

function actLabel(from: LetterState, to: LetterState): string {
  return to === "open" && (from === "paused" || from === "closed") ? "Open again" : ACTS[to];
}
