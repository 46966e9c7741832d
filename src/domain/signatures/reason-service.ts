/** The reasons that staff reject with: rows that staff word and archive, so that a signatory always reads a sentence. */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, notFound } from "../../platform/errors.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { requireAllLetters } from "../team/reach-service.js";
import { requirePermission } from "../team/service.js";
import { addReasonCommand, changeReasonCommand } from "./reason-commands.js";
import { insertReason, listReasons, putSentences, updateReason } from "./reason-store.js";
import { reasonSentence, type RejectionReason } from "./rejection-reason.js";

/** All reasons in the order of choice, archived ones too. The caller checks who may see them. */
export async function rejectionReasons(ctx: Ctx): Promise<RejectionReason[]> {
  return listReasons(ctx.db);
}

/** The reasons staff may choose now. */
export async function openRejectionReasons(ctx: Ctx): Promise<RejectionReason[]> {
  return (await listReasons(ctx.db)).filter((reason) => !reason.archived);
}

/** The sentence of every reason in one language, by its code. */
export async function reasonSentences(ctx: Ctx, language: string): Promise<ReadonlyMap<string, string>> {
  const reasons = await listReasons(ctx.db);
  return new Map(reasons.map((reason) => [reason.code, reasonSentence(reason, language)]));
}

/** The sentence that a signatory reads for a code. */
export async function sentenceOf(ctx: Ctx, code: string, language: string): Promise<string> {
  return (await reasonSentences(ctx, language)).get(code) ?? code;
}

/** Adds a reason. Throws invalid for what does not fit, conflict for a code that was used before. */
export async function addRejectionReason(ctx: Ctx, input: unknown): Promise<{ code: string }> {
  requirePermission(ctx, "signatures:review");
  requireAllLetters(ctx);
  const command = parse(addReasonCommand, input);
  return transaction(ctx, async (tx) => {
    if (!(await insertReason(tx.db, command.code, command.needs_note))) {
      throw conflict("signatures.reason_known", { code: "errors.signatures.reason_known" });
    }
    await putSentences(tx.db, command.code, sentencesIn(command));
    await record(tx, { action: "rejection_reason.added", detail: { code: command.code } });
    return { code: command.code };
  });
}

/**
 * Words a reason anew, or archives it and brings it back; entries that carry it keep it. Throws not_found for an
 * unknown code, conflict for a stale row_version.
 */
export async function changeRejectionReason(ctx: Ctx, code: string, input: unknown): Promise<void> {
  requirePermission(ctx, "signatures:review");
  requireAllLetters(ctx);
  const command = parse(changeReasonCommand, input);
  await transaction(ctx, async (tx) => {
    const known = (await listReasons(tx.db)).some((reason) => reason.code === code);
    if (!known) throw notFound("signatures.reason_unknown");
    const changed = await updateReason(tx.db, code, command.row_version, {
      ...(command.needs_note === undefined ? {} : { needs_note: command.needs_note }),
      ...(command.archived === undefined ? {} : { archived_at: command.archived ? tx.clock.now() : null }),
    });
    if (!changed) throw conflict("signatures.reason_stale");
    await putSentences(tx.db, code, sentencesIn(command));
    await record(tx, {
      action: "rejection_reason.changed",
      detail: { code, ...(command.archived === undefined ? {} : { archived: command.archived }) },
    });
  });
}

type Worded = Partial<Pick<z.output<typeof addReasonCommand>, "sentence_en" | "sentence_fr">>;

function sentencesIn({ sentence_en: en, sentence_fr: fr }: Worded): Record<string, string> {
  return { ...(en ? { en } : {}), ...(fr ? { fr } : {}) };
}
