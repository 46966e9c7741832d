import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, invalid, notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { letterToAnswer, type LetterToAnswer } from "../invitations/letter-service.js";
import { revokeLinks } from "../links/service.js";
import { settleTasks } from "../tasks/service.js";
import { requirePermission, staffId } from "../team/service.js";
import { acceptSignatureCommand, rejectSignatureCommand, transitionSignatureCommand } from "./commands.js";
import { requireEvidence } from "./evidence-service.js";
import { mailAccepted, mailRejected } from "./mail-service.js";
import { moveSignature } from "./movement-service.js";
import { openRejectionReasons } from "./reason-service.js";
import { mailPublished, mailWithdrawn } from "./manage-mail-service.js";
import { waitsForReservation } from "./reservation-views.js";
import { settleAccepted } from "./settling-service.js";
import { afterConfirmation } from "./authority-service.js";
import { staffStep, type SignatureState } from "./signature.js";
import { findSignature, listHeldIds, lockLiveSignature, lockSignature, type SignatureRow } from "./store.js";
import { reopenRow } from "./undo-service.js";

/**
 * Accepts a signature in review: it goes onto the page, is held until launch, stands as a pledge, or is counted in
 * confidence. Its signatory is told. Throws conflict for a stale row_version or a signature that is not in review.
 */
export async function acceptSignature(
  ctx: Ctx,
  id: string,
  input: unknown = {},
): Promise<{ state: SignatureState }> {
  requirePermission(ctx, "signatures:review");
  const command = parse(acceptSignatureCommand, input);
  return decide(ctx, id, command.row_version, async (tx, row, letter) => {
    await requireEvidence(tx, row);
    const accepted = await moveSignature(tx, row, "accepted", {
      accepted_at: tx.clock.now(),
      reviewed_by: staffId(tx),
      quote_approved: command.quote_approved && row.quote !== null,
    });
    const settled = await settleAccepted(tx, accepted, letter);
    await mailAccepted(tx, settled, letter);
    await note(tx, settled, "signature.accepted", { outcome: settled.state });
    return { state: settled.state };
  });
}

/**
 * Rejects a signature with one of the structured reasons, and tells its signatory. Throws invalid for an unknown
 * reason or a missing note, conflict for a stale row_version or a signature that can no longer be rejected.
 */
export async function rejectSignature(
  ctx: Ctx,
  id: string,
  input: unknown,
): Promise<{ state: SignatureState }> {
  requirePermission(ctx, "signatures:review");
  const command = parse(rejectSignatureCommand, input);
  await checkReason(ctx, command);
  return decide(ctx, id, command.row_version, async (tx, row, letter) => {
    const rejected = await moveSignature(tx, row, "rejected", {
      rejection_code: command.reason_code,
      rejection_note: command.note ?? null,
      reviewed_by: staffId(tx),
    });
    await mailRejected(tx, rejected, letter);
    await note(tx, rejected, "signature.rejected", { reason: command.reason_code });
    return { state: rejected.state };
  });
}

/** Throws invalid for a reason that may not be chosen, and for one that lacks the words it needs. */
export async function checkReason(
  ctx: Ctx,
  given: { reason_code: string; note?: string | undefined },
): Promise<void> {
  const reason = (await openRejectionReasons(ctx)).find(({ code }) => code === given.reason_code);
  if (!reason) throw invalid("form.invalid", { reason_code: "errors.signatures.reason" });
  if (reason.needsNote && !given.note) throw invalid("form.invalid", { note: "errors.signatures.note" });
}

/** Moves a signature by script to where staff may bring it. Throws conflict where the table has no such step. */
export async function transitionSignature(
  ctx: Ctx,
  id: string,
  input: unknown,
): Promise<{ state: SignatureState }> {
  requirePermission(ctx, "signatures:review");
  const {
    to,
    reason_code,
    note: words,
    quote_approved,
    row_version,
  } = parse(transitionSignatureCommand, input);
  if (to === "accepted")
    return acceptSignature(ctx, id, { row_version, quote_approved: quote_approved ?? false });
  if (to === "rejected")
    return rejectSignature(ctx, id, { reason_code: reason_code ?? "", note: words, row_version });
  return decide(ctx, id, row_version, async (tx, row, letter) => {
    const step = staffStep(row.state, to);
    if (!step) throw conflict("signatures.not_allowed", {}, { from: row.state, to });
    if (step.cause === "unparked" || step.cause === "reopened")
      return takeUpAgain(tx, row, letter, step.cause);
    const moved = await moveSignature(tx, row, step.cause, {
      reviewed_by: staffId(tx),
      ...(to === "withdrawn" ? { withdrawn_at: tx.clock.now() } : {}),
    });
    if (step.cause === "discarded") await revokeLinks(tx, "confirm", id);
    await note(tx, moved, `signature.${step.cause}`, {});
    if (to === "withdrawn" || to === "rescinded") await mailWithdrawn(tx, moved, letter);
    return { state: moved.state };
  });
}

/** Staff let an entry go on that waited beside another or was rejected: the question of authority comes next. */
async function takeUpAgain(
  tx: Ctx,
  row: SignatureRow,
  letter: LetterToAnswer,
  cause: "unparked" | "reopened",
): Promise<{ state: SignatureState }> {
  if (await lockLiveSignature(tx.db, row.letter_id, row.organisation_id)) {
    throw conflict("signatures.reopen_live");
  }
  const on =
    cause === "reopened"
      ? await reopenRow(tx, row)
      : await afterConfirmation(
          tx,
          await moveSignature(tx, row, "unparked", { reviewed_by: staffId(tx) }),
          letter,
        );
  await note(tx, on, `signature.${cause}`, {});
  return { state: on.state };
}

type Decision = (tx: Ctx, row: SignatureRow, letter: LetterToAnswer) => Promise<{ state: SignatureState }>;

/** Holds the signature, refuses a stale view of it, and lets one decision happen. */
async function decide(
  ctx: Ctx,
  id: string,
  rowVersion: number | undefined,
  decision: Decision,
): Promise<{ state: SignatureState }> {
  const seen = isUuid(id) ? await findSignature(ctx.db, id) : undefined;
  if (!seen) throw notFound("signatures.unknown");
  return transaction(ctx, async (tx) => {
    await holdLocks(tx.db, { organisation: [seen.organisation_id] });
    const row = await lockSignature(tx.db, id);
    if (!row) throw notFound("signatures.unknown");
    const letter = await letterToAnswer(tx, row.letter_id, row.language);
    if (rowVersion !== undefined && rowVersion !== row.row_version) throw conflict("signatures.stale");
    const result = await decision(tx, row, letter);
    if (result.state !== "in_review") await settleTasks(tx, "review_signature", id);
    await settleTasks(tx, "settle_dispute", id);
    return result;
  });
}

async function note(
  tx: Ctx,
  row: SignatureRow,
  action: string,
  detail: Record<string, unknown>,
): Promise<void> {
  await record(tx, {
    action,
    letterId: row.letter_id,
    organisationId: row.organisation_id,
    subjectId: row.id,
    detail: { kind: row.kind, visibility: row.visibility, ...detail },
  });
}

/**
 * Publishes what was held until launch, once its letter is open; a tick of the worker calls it, so that opening a
 * letter need not know of signatures. Returns how many went onto a page.
 */
export async function publishHeldSignatures(ctx: Ctx): Promise<number> {
  const ids = await listHeldIds(ctx.db);
  let published = 0;
  for (const id of ids) {
    published += await transaction(ctx, async (tx) => {
      const row = await lockSignature(tx.db, id);
      if (row?.state !== "held" || (await waitsForReservation(tx, id))) return 0;
      const moved = await moveSignature(tx, row, "published", { published_at: tx.clock.now() });
      await note(tx, moved, "signature.published", {});
      await mailPublished(tx, moved, await letterToAnswer(tx, row.letter_id, row.language));
      return 1;
    });
  }
  return published;
}
