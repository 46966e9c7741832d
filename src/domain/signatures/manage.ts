import { ENDED, nextStep, type SignatureKind, type SignatureState, type Visibility } from "./signature.js";

/** What a signatory may do with a standing entry by their own link. */
export type ManageAct = "edit" | "withdraw" | "take_back" | "go_public" | "inform" | "dispute";

/** What the rules ask of an entry. */
export interface Managed {
  state: SignatureState;
  kind: SignatureKind;
  visibility: Visibility;
  /** Whether it was in public before. */
  published: boolean;
}

const NOT_SETTLED: ReadonlySet<SignatureState> = new Set([...ENDED, "submitted", "disputed"]);

/**
 * The state as its people see it. That another entry stands is nobody's business: one that is parked looks like any that
 * a person will look at, or like any that is disputed.
 */
export function seenState(entry: { state: SignatureState; disputed_at?: Date | null }): SignatureState {
  if (entry.state !== "parked") return entry.state;
  return entry.disputed_at ? "disputed" : "in_review";
}

/**
 * What is open to the signatory of an entry. What was in public is withdrawn, and stays there with both dates; what
 * never was is taken back without a trace.
 */
export function actsOpen(entry: Managed): ReadonlySet<ManageAct> {
  const open = new Set<ManageAct>();
  const settled = !NOT_SETTLED.has(entry.state);
  if (settled) open.add("edit");
  if (entry.published && nextStep(entry.state, "withdrawn")) open.add("withdraw");
  else if (nextStep(entry.state, "taken_back")) open.add("take_back");
  if (settled && entry.kind === "signature" && entry.visibility === "confidential") open.add("go_public");
  if (nextStep(entry.state, "information_given")) open.add("inform");
  if (nextStep(entry.state, "disputed")) open.add("dispute");
  return open;
}

/** Whether an entry is over, so that the organisation may sign again. */
export function isOver(state: SignatureState): boolean {
  return ENDED.has(state);
}
