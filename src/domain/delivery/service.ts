/** Handing a letter over: the files are made at that moment, kept to the byte with their SHA-256, and noted in the log. */
import { createHash } from "node:crypto";
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { invalid } from "../../platform/errors.js";
import type { Messages } from "../../platform/i18n.js";
import { newId } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { keepNews } from "../letters/course-service.js";
import { changeLetterState } from "../letters/state-service.js";
import { currentText } from "../letters/views.js";
import { latestCheckpoint, noteDelivery } from "../log/service.js";
import { letterPdf } from "../publication/letter-pdf-service.js";
import { EVERYBODY } from "../publication/signatory.js";
import { signatoryList } from "../publication/views.js";
import { requirePermission, staffId } from "../team/service.js";
import { deliverLetterCommand } from "./commands.js";
import { insertDelivery, type DeliveryFile } from "./store.js";

/**
 * Records that a letter was handed over, keeps its PDF and JSON and moves it to `delivered`. Throws what changing the
 * state throws: conflict before 24 hours after its end and with entries in review unless they are left out.
 */
export async function deliverLetter(
  ctx: Ctx,
  messages: Messages,
  slugOrId: string,
  input: z.input<typeof deliverLetterCommand>,
): Promise<{ id: string }> {
  requirePermission(ctx, "letters:publish");
  const command = parse(deliverLetterCommand, input);
  const deliveredAt = command.delivered_at;
  if (deliveredAt > ctx.clock.now()) {
    throw invalid("delivery.in_future", { delivered_at: "errors.delivery.in_future" });
  }
  return transaction(ctx, async (tx) => {
    const { left_out, row_version } = command;
    const letter = await changeLetterState(tx, slugOrId, { to: "delivered", left_out, row_version });
    const text = await currentText(tx, letter.id, undefined);
    if (!text) throw new Error(`the letter ${letter.id} has no text`);
    const checkpoint = await latestCheckpoint(tx, letter.id);
    const pdf = await letterPdf(tx, messages, letter, { holds: "signatories", checkpoint });
    const { items } = await signatoryList(tx, { ...EVERYBODY, letterId: letter.id });
    const json = JSON.stringify({
      letter: letter.slug,
      title: text.title,
      language: text.language,
      text: text.bodyMd,
      content_hash: text.contentHash.toString("hex"),
      checkpoint: checkpoint ?? null,
      signatories: items,
    });
    const files = [file(`${letter.slug}.pdf`, pdf), file(`${letter.slug}.json`, Buffer.from(json, "utf8"))];
    const id = newId(tx.clock);
    const row = {
      id,
      letter_id: letter.id,
      addressee: command.addressee,
      delivered_by: command.delivered_by,
      delivered_at: deliveredAt,
      language: text.language,
      recorded_by: staffId(tx),
      recorded_at: tx.clock.now(),
    };
    await insertDelivery(tx.db, row, files);
    await keepNews(tx, letter.id, "delivered");
    const hashes = files.map(({ name, sha256 }) => [name, sha256.toString("hex")] as const);
    await noteDelivery(tx, letter.id, Object.fromEntries(hashes));
    return { id };
  });
}

function file(name: string, body: Buffer): DeliveryFile {
  return { name, body, sha256: createHash("sha256").update(body).digest() };
}
