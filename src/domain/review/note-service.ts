import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { findLetter } from "../letters/service.js";
import { signatureDetail } from "../signatures/views.js";
import { requirePermission, staffId } from "../team/service.js";
import { noteCommand, reviewTimeCommand } from "./commands.js";
import { findNote, putNote, putReviewTime, type NoteRow } from "./store.js";

/** The note on an entry; undefined where nobody wrote one. */
export async function noteOn(ctx: Ctx, signatureId: string): Promise<NoteRow | undefined> {
  requirePermission(ctx, "signatures:read");
  return findNote(ctx.db, signatureId);
}

/** Writes the note and the tags of an entry. Throws conflict when a colleague changed them meanwhile: nothing is overwritten. */
export async function writeNote(ctx: Ctx, signatureId: string, input: unknown): Promise<void> {
  requirePermission(ctx, "signatures:review");
  const command = parse(noteCommand, input);
  const entry = isUuid(signatureId) ? await signatureDetail(ctx, signatureId) : undefined;
  if (!entry) throw notFound("signatures.unknown");
  await transaction(ctx, async (tx) => {
    const written = await putNote(tx.db, {
      signature_id: signatureId,
      note: command.staff_note ?? "",
      tags: command.tags,
      changed_by: staffId(tx),
      changed_at: tx.clock.now(),
      row_version: command.row_version,
    });
    if (!written) throw conflict("review.note_stale", { staff_note: "errors.review.note_stale" });
    await record(tx, {
      action: "signature.noted",
      letterId: entry.letter_id,
      organisationId: entry.organisation_id,
      subjectId: signatureId,
    });
  });
}

/** Sets how many working days the entries of a letter may wait for a decision. Throws not_found, invalid outside 1 to 30. */
export async function setReviewTime(ctx: Ctx, slug: string, input: unknown): Promise<void> {
  requirePermission(ctx, "signatures:review");
  const { working_days: workingDays } = parse(reviewTimeCommand, input);
  const letter = await findLetter(ctx, slug);
  await transaction(ctx, async (tx) => {
    await putReviewTime(tx.db, letter.id, workingDays);
    await record(tx, { action: "review.time_set", letterId: letter.id, detail: { workingDays } });
  });
}
