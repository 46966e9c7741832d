import type { Ctx } from "../../platform/context.js";
import { notFound } from "../../platform/errors.js";
import { parse } from "../../platform/schema.js";
import { letterToAnswer } from "../invitations/letter-service.js";
import { sponsorsOf } from "../mail/views.js";
import type { MailView } from "../mail/rendering-service.js";
import { rejectSignatureCommand } from "../signatures/commands.js";
import { mailNames, rejectionWords } from "../signatures/mail-service.js";
import { sentenceOf } from "../signatures/reason-service.js";
import { checkReason } from "../signatures/review-service.js";
import { signatureDetail } from "../signatures/views.js";
import { requirePermission } from "../team/service.js";

/**
 * The mail that a signatory would get with this reason and these words, before anything is done. Throws invalid as the
 * rejection itself would.
 */
export async function previewRejection(
  ctx: Ctx,
  id: string,
  input: unknown,
): Promise<{ view: MailView; sentence: string }> {
  requirePermission(ctx, "signatures:review");
  const command = parse(rejectSignatureCommand, input);
  await checkReason(ctx, command);
  const entry = await signatureDetail(ctx, id);
  if (!entry) throw notFound("signatures.unknown");
  const letter = await letterToAnswer(ctx, entry.letter_id, entry.language);
  const rejected = {
    ...entry,
    rejection_code: command.reason_code,
    rejection_note: command.note ?? null,
  };
  return {
    sentence: await sentenceOf(ctx, command.reason_code, entry.language),
    view: {
      template: "signature-rejected",
      language: entry.language,
      data: { ...mailNames(entry, letter), ...(await rejectionWords(ctx, rejected, letter)) },
      sponsor: (await sponsorsOf(ctx, [letter.id])).get(letter.id) ?? {
        name: letter.sponsorName,
        address: "",
      },
      why: undefined,
      unsubscribeUrl: null,
    },
  };
}
