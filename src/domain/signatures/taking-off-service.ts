/** The steps of a bulk invalidation on one entry, and back; the caller holds the lock of its organisation. */
import type { Ctx } from "../../platform/context.js";
import { record } from "../activity/service.js";
import { letterToAnswer } from "../invitations/letter-service.js";
import { revokeLinks } from "../links/service.js";
import { settleTasks } from "../tasks/service.js";
import { staffId } from "../team/service.js";
import { mailInvalidated, mailRejected } from "./mail-service.js";
import { moveSignature } from "./movement-service.js";
import { nextStep, type Cause, type SignatureState } from "./signature.js";
import { lockLiveSignature, lockSignature, type SignatureRow } from "./store.js";
import { reopenRow, restoreRow } from "./undo-service.js";

/** What an entry was, and the step that was taken; `skipped` where it was over by then. */
export interface TakenOff {
  state: SignatureState;
  publishedAt: Date | null;
  outcome: "invalidated" | "discarded" | "rejected" | "skipped";
}

/**
 * Takes one entry off from wherever it stands: `causeFrom` says by which step. Its signatory is told only if `tell`.
 * Nothing happens to an entry that has moved on to an end of its own meanwhile, such as a withdrawal.
 */
export async function takeOff(
  tx: Ctx,
  id: string,
  given: {
    causeFrom: (
      state: SignatureState,
    ) => Extract<Cause, "invalidated" | "discarded" | "rejected"> | undefined;
    reasonCode: string;
    tell: boolean;
    bulkId: string;
  },
): Promise<TakenOff | undefined> {
  const row = await lockSignature(tx.db, id);
  if (!row) return undefined;
  const before = { state: row.state, publishedAt: row.published_at };
  const cause = given.causeFrom(row.state);
  if (!cause || !nextStep(row.state, cause)) return { ...before, outcome: "skipped" };
  const moved = await moveSignature(tx, row, cause, {
    reviewed_by: staffId(tx),
    ...(cause === "rejected" ? { rejection_code: given.reasonCode, rejection_note: null } : {}),
  });
  if (cause === "discarded") await revokeLinks(tx, "confirm", id);
  await settleTasks(tx, "review_signature", id);
  await note(tx, moved, `signature.${cause}`, given.bulkId);
  if (given.tell && cause !== "discarded") {
    const letter = await letterToAnswer(tx, row.letter_id, row.language);
    if (cause === "rejected") await mailRejected(tx, moved, letter);
    else await mailInvalidated(tx, moved, letter);
  }
  return { ...before, outcome: cause };
}

/** Why an entry could not be put back, or that it was. */
export type PutBack =
  { outcome: "restored" } | { outcome: "left"; reason: "moved_on" | "signed_again" | "never_confirmed" };

/** Puts an entry back to where it was when it was taken off, with its dates, unless something else has happened to it. */
export async function putBack(
  tx: Ctx,
  id: string,
  before: { state: SignatureState; publishedAt: Date | null },
  bulkId: string,
): Promise<PutBack> {
  const row = await lockSignature(tx.db, id);
  if (!row) return { outcome: "left", reason: "moved_on" };
  if (before.state === "submitted") return { outcome: "left", reason: "never_confirmed" };
  if (row.state !== "invalidated" && row.state !== "rejected") return { outcome: "left", reason: "moved_on" };
  if (await lockLiveSignature(tx.db, row.letter_id, row.organisation_id)) {
    return { outcome: "left", reason: "signed_again" };
  }
  const back = row.state === "rejected" ? await reopenRow(tx, row) : await restoreRow(tx, row, before);
  await note(tx, back, "signature.restored", bulkId);
  return { outcome: "restored" };
}

async function note(tx: Ctx, row: SignatureRow, action: string, bulk: string): Promise<void> {
  await record(tx, {
    action,
    letterId: row.letter_id,
    organisationId: row.organisation_id,
    subjectId: row.id,
    detail: { bulk },
  });
}
