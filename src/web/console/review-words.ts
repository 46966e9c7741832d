import type { App } from "../../app.js";
import { minutesHeld, type Claim } from "../../domain/review/claim.js";
import type { DueBand } from "../../domain/review/due.js";
import type { Cause, SignatureState } from "../../domain/signatures/signature.js";

/** The language of the console. */
export const LANG = "en";

/** A sentence of the locales in the language of the console. */
export function say(app: App, key: string, args = {}): string {
  return app.messages.t(LANG, key, args);
}

/** What is said after an act on the review pages. */
export const DONE: Record<string, string> = {
  published: "Accepted and published. The signatory has been told.",
  held: "Accepted and held until launch. The signatory has been told.",
  standing: "The pledge stands. The signatory has been told.",
  accepted: "Accepted and counted in confidence. The signatory has been told.",
  rejected: "Rejected. The signatory has been told why.",
  withdrawn: "Withdrawn. The public list shows both dates.",
  rescinded: "Taken back before it was public.",
  invalidated: "Invalidated. It is on no public list any more.",
  in_review: "Back in review.",
  email_confirmed: "The rejection is undone. The question of authority comes next.",
  awaiting_authority: "The rejection is undone. The officer is waited for.",
  disputed: "Suspended. It is on no public list until the doubt is settled.",
  expired: "Thrown away.",
  asked: "The question is on its way. The time of the review stands still until the answer comes.",
  taken: "You have this entry for half an hour.",
  released: "You have let the entry go.",
  noted: "The note is saved.",
  time: "The time for the review is set.",
};

/** The words for a `done` in an address; empty for what is none of ours. */
export function doneWords(done: unknown): string {
  return typeof done === "string" && Object.hasOwn(DONE, done) ? (DONE[done] ?? "") : "";
}

/** The tone of a due band: colour stands beside the word. */
export const BAND_TONES: Record<DueBand, string> = {
  overdue: "bad",
  nearly: "wait",
  in_time: "off",
  stopped: "info",
};

/** Who has an entry, in words: "taken by Ana 5 minutes ago". */
export function claimWords(claim: Claim | undefined, holderId: string | null, at: Date): string {
  if (!claim) return "";
  const minutes = minutesHeld(claim, at);
  const since = minutes === 0 ? "just now" : minutes === 1 ? "1 minute ago" : `${minutes} minutes ago`;
  return claim.holderId === holderId ? `taken by you ${since}` : `taken by ${claim.holderName} ${since}`;
}

/** What kind of entry it is, in words. */
export function kindWords(line: {
  kind: "signature" | "pledge";
  visibility: "public" | "confidential";
  conditionCount: number | null;
  conditionClass: "any" | "sector" | "country" | "ten_largest" | null;
}): string {
  if (line.kind === "pledge") {
    const among = {
      any: "",
      sector: " of their sector",
      country: " of their country",
      ten_largest: " of the ten largest operators",
    }[line.conditionClass ?? "any"];
    return `Pledge, once ${line.conditionCount ?? 0}${among} have signed`;
  }
  return line.visibility === "confidential" ? "Signature in confidence" : "Public signature";
}

/** What staff may do later, and what it means. */
export const MOVES: Partial<Record<SignatureState, { label: string; means: string }>> = {
  email_confirmed: {
    label: "Let it go on",
    means:
      "Whoever may bind the organisation is asked next, if they have not answered. No other entry of it may stand.",
  },
  withdrawn: {
    label: "Withdraw at their request",
    means: "The public list shows both dates. They can sign again later.",
  },
  rescinded: {
    label: "Take back at their request",
    means: "It was never public and leaves no public trace.",
  },
  invalidated: {
    label: "Invalidate",
    means: "It vanishes from every public list. For entries that should never have stood there.",
  },
  disputed: {
    label: "Suspend",
    means: "It is off the public list at once, until the doubt is settled.",
  },
  expired: {
    label: "Throw away",
    means: "Nobody has confirmed it. Its link ends.",
  },
};

/** Who brought a step about. */
export const ACTORS: Record<string, string> = {
  company: "The company, by its own link",
  public: "From the public page",
  system: "By itself",
  token: "By the API",
  staff: "Staff",
};

/** What a step meant. */
export const CAUSES: Readonly<Record<Cause | "submitted", string>> = {
  submitted: "sent in by form",
  address_confirmed: "the signatory pressed the button behind the mailed link",
  second_entry: "a second entry of an organisation that has one already",
  unparked: "staff let the second entry go on",
  officer_asked: "the officer has been written to",
  attested: "the signatory says that they may bind the organisation",
  refused: "the officer says no",
  queued: "waits for a person here",
  information_asked: "a question went to the signatory",
  information_given: "the signatory has answered",
  accepted: "accepted by staff",
  rejected: "rejected by staff",
  reopened: "the rejection was undone",
  published: "put on the public page",
  held: "held back, since the letter is not open yet",
  pledge_stands: "stands until its condition is met",
  condition_met: "the condition of the pledge is met",
  set_back: "the condition is no longer met: the pledge stands again",
  lapsed: "the pledge ended without its condition",
  activated: "the pledge became a signature",
  signed_now: "the pledger signs without waiting for others",
  retracted: "the pledger took the pledge back",
  text_changed: "the meaning of the letter changed: the signatory is asked again",
  reaffirmed: "the signatory says yes to the new text",
  merged: "its organisation was found to be another one, whose entry stands",
  unmerged: "the merging of two organisations was undone",
  taken_back: "taken back by the signatory before it was public",
  replaced: "sent in again with other answers",
  expired: "nobody acted in time",
  discarded: "thrown away by staff, since nobody confirmed it",
  disputed: "the organisation says that it never signed",
  questioned: "suspended by staff",
  dispute_settled: "the doubt is settled",
  withdrawn: "withdrawn by the signatory",
  withdrawn_on_request: "withdrawn by staff, since the signatory asked",
  rescinded: "taken back by staff, since the signatory asked",
  invalidated: "invalidated by staff",
  restored: "the invalidation was undone",
};
