/** Second entries of an organisation, which wait beside the first until a person has looked at both. */
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { record } from "../activity/service.js";
import { letterToAnswer } from "../invitations/letter-service.js";
import { createTask, settleTasks } from "../tasks/service.js";
import { requirePermission, staffId } from "../team/service.js";
import { afterUnparking } from "./authority-service.js";
import { mailDuplicate } from "./mail-service.js";
import { moveSignature } from "./movement-service.js";
import { listUntold, lastTold, setTold } from "./parking-store.js";
import { nextStep, type SignatureState } from "./signature.js";
import { findSignature, lockLiveSignature, lockSignature, type SignatureRow } from "./store.js";

/**
 * Staff take a parked entry instead of the one that stands, which is superseded, and let it go on: to the review, or to
 * its officers. Where none stands any more it simply goes on. Throws conflict for an entry that is not parked.
 */
export async function takeInstead(
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
    if (row.state !== "parked") throw conflict("signatures.not_allowed", {}, { from: row.state });
    const standing = await lockLiveSignature(tx.db, row.letter_id, row.organisation_id);
    if (standing) await supersede(tx, standing);
    const open = await moveSignature(tx, row, "unparked", { reviewed_by: staffId(tx) });
    const letter = await letterToAnswer(tx, row.letter_id, row.language);
    const moved = await afterUnparking(tx, open, letter);
    await settleTasks(tx, "review_signature", id);
    await settleTasks(tx, "settle_dispute", id);
    await note(tx, moved, "signature.taken_instead", { of: standing?.id ?? null });
    return { state: moved.state };
  });
}

async function supersede(tx: Ctx, standing: SignatureRow): Promise<void> {
  await moveSignature(tx, standing, nextStep(standing.state, "replaced") ? "replaced" : "merged");
  await settleTasks(tx, "review_signature", standing.id);
}

/**
 * Tells staff of each second entry by a task, and the owner of the standing one by a mail, at most once a day; a tick of
 * the worker calls it, so that whoever confirms notices nothing. Returns of how many entries somebody was told.
 */
export async function tellOfSecondEntries(ctx: Ctx): Promise<number> {
  const ids = await listUntold(ctx.db);
  for (const id of ids) await transaction(ctx, (tx) => tell(tx, id));
  return ids.length;
}

async function tell(tx: Ctx, id: string): Promise<void> {
  const seen = await findSignature(tx.db, id);
  if (!seen) return;
  await holdLocks(tx.db, { organisation: [seen.organisation_id] });
  const row = await lockSignature(tx.db, id);
  if (row?.state !== "parked" || row.second_told_at) return;
  const at = tx.clock.now();
  await setTold(tx.db, id, at);
  const standing = await lockLiveSignature(tx.db, row.letter_id, row.organisation_id);
  await createTask(tx, {
    kind: "review_signature",
    letterId: row.letter_id,
    organisationId: row.organisation_id,
    subjectId: id,
    detail: { beside: standing?.id ?? null },
  });
  if (!standing) return;
  const last = await lastTold(tx.db, standing.id);
  if (last?.toISOString().slice(0, 10) === at.toISOString().slice(0, 10)) return;
  await setTold(tx.db, standing.id, at);
  await mailDuplicate(tx, standing, await letterToAnswer(tx, standing.letter_id, standing.language));
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
    detail,
  });
}
