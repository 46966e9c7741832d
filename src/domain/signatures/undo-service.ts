/** Taking back what staff did: a rejection, an invalidation. Each goes by the table of transitions, step by step. */
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { record } from "../activity/service.js";
import { letterToAnswer } from "../invitations/letter-service.js";
import { createTask } from "../tasks/service.js";
import { requirePermission, staffId } from "../team/service.js";
import { missingEvidence } from "./evidence-service.js";
import { moveSignature } from "./movement-service.js";
import { settleAccepted } from "./settling-service.js";
import type { SignatureState } from "./signature.js";
import { afterReopening } from "./reopening-service.js";
import { findSignature, lockLiveSignature, lockSignature, type SignatureRow } from "./store.js";

/**
 * Undoes a rejection: the entry is where it was before the question of authority, and goes on from there to the review
 * if that question had been answered. Its signatory, who was told of the rejection, is told of the next decision.
 * Throws conflict for an entry that is not rejected, and when the organisation has another live one.
 */
export async function reopenSignature(
  ctx: Ctx,
  id: string,
  rowVersion?: number,
): Promise<{ state: SignatureState }> {
  requirePermission(ctx, "signatures:review");
  const seen = isUuid(id) ? await findSignature(ctx.db, id) : undefined;
  if (!seen) throw notFound("signatures.unknown");
  return transaction(ctx, async (tx) => {
    await holdLocks(tx.db, { organisation: [seen.organisation_id] });
    const row = await lockSignature(tx.db, id);
    if (!row) throw notFound("signatures.unknown");
    if (rowVersion !== undefined && rowVersion !== row.row_version) throw conflict("signatures.stale");
    if (row.state !== "rejected") throw conflict("signatures.not_allowed", {}, { from: row.state });
    if (await lockLiveSignature(tx.db, row.letter_id, row.organisation_id)) {
      throw conflict("signatures.reopen_live");
    }
    const reopened = await reopenRow(tx, row);
    await record(tx, {
      action: "signature.reopened",
      letterId: row.letter_id,
      organisationId: row.organisation_id,
      subjectId: row.id,
      detail: { kind: row.kind, visibility: row.visibility },
    });
    return { state: reopened.state };
  });
}

/**
 * The steps of a reopening: it goes on from the confirmed address, past what was answered before. The row and its
 * organisation are held, and no other entry of it is live.
 */
export async function reopenRow(tx: Ctx, row: SignatureRow): Promise<SignatureRow> {
  const open = await moveSignature(tx, row, "reopened", {
    rejection_code: null,
    rejection_note: null,
    reviewed_by: staffId(tx),
  });
  const letter = await letterToAnswer(tx, row.letter_id, row.language);
  const on = await afterReopening(tx, open, letter);
  if (on.state !== "in_review") return on;
  await createTask(tx, {
    kind: "review_signature",
    letterId: row.letter_id,
    organisationId: row.organisation_id,
    subjectId: row.id,
    detail: { reopened: true },
  });
  return on;
}

/** What an entry was before it was taken off. */
export interface Before {
  state: SignatureState;
  publishedAt: Date | null;
}

/**
 * Undoes an invalidation: back to the review, and from there by itself to where the entry was, with its dates. What was
 * disputed stays in review, and so does what lacks a check that its letter asks for by now. The row and its organisation are held, and no other entry of it is live.
 */
export async function restoreRow(tx: Ctx, row: SignatureRow, before: Before): Promise<SignatureRow> {
  const back = await moveSignature(tx, row, "restored");
  if (before.state === "disputed" || (await missingEvidence(tx, row)).length > 0) return back;
  const accepted = await moveSignature(tx, back, "accepted", {
    accepted_at: row.accepted_at ?? tx.clock.now(),
  });
  const letter = await letterToAnswer(tx, row.letter_id, row.language);
  const settled = await settleAccepted(tx, accepted, letter, before.publishedAt ?? row.published_at);
  if (before.state !== "needs_reaffirmation") return settled;
  return moveSignature(tx, settled, "text_changed");
}
