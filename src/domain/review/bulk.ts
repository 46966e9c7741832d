/** Taking many entries off at once: which they are, what becomes of each, and what may follow. */
import type { Cause, SignatureState } from "../signatures/signature.js";

/** What a bulk invalidation is doing. */
export const BULK_STATES = ["draft", "waiting", "running", "cancelled", "done", "undoing", "undone"] as const;

/** Where a bulk invalidation stands: draft (counted only), waiting for a second person, and so on. */
export type BulkState = (typeof BULK_STATES)[number];

/** What may be done with a bulk invalidation. */
export type BulkAct = "start" | "approve" | "cancel" | "undo" | "delete";

const ACTS: Record<BulkAct, readonly BulkState[]> = {
  start: ["draft"],
  approve: ["waiting"],
  cancel: ["waiting", "running"],
  undo: ["done", "cancelled"],
  delete: ["draft", "waiting"],
};

/** Whether an act fits the state. A cancelled one that had not begun has nothing to undo; that is for the rows to say. */
export function mayBulk(state: BulkState, act: BulkAct): boolean {
  return ACTS[act].includes(state);
}

/** Which entries are meant: every condition given must hold. */
export interface BulkFilter {
  letter?: string | undefined;
  submitted_from?: string | undefined;
  submitted_until?: string | undefined;
  domain?: string | undefined;
  address?: string | undefined;
  name?: string | undefined;
  /** An address or a prefix; it can only be compared while the hash is kept. */
  network?: string | undefined;
  door?: "public" | "invitation" | undefined;
  states?: readonly SignatureState[] | undefined;
}

/** Whether at least one condition is given. */
export function hasCondition(filter: BulkFilter): boolean {
  return Object.values(filter).some((value: unknown) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined && value !== "",
  );
}

/** The step that takes an entry off from its state: what counts is invalidated, what was never confirmed thrown away, what waits rejected. */
const CAUSES: Partial<Record<SignatureState, Extract<Cause, "invalidated" | "discarded" | "rejected">>> = {
  submitted: "discarded",
  parked: "rejected",
  email_confirmed: "rejected",
  awaiting_authority: "rejected",
  attested: "rejected",
  in_review: "rejected",
  needs_information: "rejected",
  accepted: "invalidated",
  published: "invalidated",
  held: "invalidated",
  standing: "invalidated",
  triggered: "invalidated",
  needs_reaffirmation: "invalidated",
  disputed: "invalidated",
};

/** States from which a bulk invalidation takes an entry off; all others are over already. */
export const BULK_FROM = Object.keys(CAUSES) as SignatureState[];

/** The cause by which an entry is taken off; undefined where it is over. */
export function bulkCause(state: SignatureState): (typeof CAUSES)[SignatureState] {
  return CAUSES[state];
}
