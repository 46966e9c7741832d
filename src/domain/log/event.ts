/** What of all that happens gets a leaf: only what anybody can see, and nothing before an embargo ends. */
import type { SignatureState } from "../signatures/signature.js";

/** States in which a public signature stands on the public list with a leaf; what is held joins them once published. */
export const LISTED: readonly SignatureState[] = ["published", "withdrawn", "needs_reaffirmation"];

/** Where a signature passes through on its way back onto the list within one transaction. */
const PASSING: readonly SignatureState[] = ["accepted"];

/** From and to which states a step takes an entry off the list, without a name. */
export const LEAVING = {
  from: LISTED.filter((state) => state !== "withdrawn"),
  notTo: [...LISTED, ...PASSING],
  /** One that says yes again but stays here, since its reservation waits, has left too. */
  unlessPublished: PASSING,
};

/** Letter states whose beginning is an event of the log. */
export const LOGGED_LETTER_STATES = [
  "open",
  "paused",
  "closed",
  "delivered",
  "answered",
  "concluded",
  "archived",
  "withdrawn_by_sponsor",
  "removed",
] as const;

/** Activities after which an entry says something else in public; their subject is the signature. */
export const AMENDING_ACTIONS: readonly string[] = ["signature.renamed"];

/** What an event of a signature's history means for the log. */
export type SignatureEvent = "published" | "withdrawn" | "left";

/** Reads a step of a signature's history that gets a leaf. */
export function signatureEvent(to: string): SignatureEvent {
  return to === "published" || to === "withdrawn" ? to : "left";
}
