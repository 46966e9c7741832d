import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, invalid, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { isSuppressed } from "../consent/service.js";
import { mailboxesNow } from "../mail/mailbox-account-service.js";
import { ANSWER_TEMPLATE } from "../mail/message.js";
import { queueMail } from "../mail/service.js";
import { requirePermission } from "../team/service.js";
import { isPersons, replySubject, threadOf } from "./answer.js";
import { answerCommand } from "./commands.js";
import { handleInbound } from "./desk-service.js";
import { lockInbound } from "./store.js";

/**
 * Sends a person's answer to a person, in the thread of the mail it answers and from the mailbox that got it. It goes out
 * although outreach has stopped, but never to a suppressed address; the commit point asks that again. The same
 * `answer_id` goes out once. Throws not_found, invalid where the mail names no address, conflict for a suppressed one and
 * for the mail of a machine, which would answer for ever.
 */
export async function answerInbound(
  ctx: Ctx,
  id: string,
  input: z.input<typeof answerCommand>,
): Promise<{ messageId: string | undefined }> {
  requirePermission(ctx, "outreach:write");
  const { body, answer_id: answerId } = parse(answerCommand, input);
  return transaction(ctx, async (tx) => {
    const mail = isUuid(id) ? await lockInbound(tx.db, id) : undefined;
    if (!mail) throw notFound("inbound.unknown");
    if (!isPersons(mail.class)) throw conflict("inbound.machine", { body: "errors.inbound.machine" });
    const email = mail.reply_to ?? mail.from_email;
    if (!email) throw invalid("inbound.no_address", { body: "errors.inbound.no_address" });
    const hash = tx.keys.addressHash(email);
    await holdLocks(tx.db, {
      organisation: mail.organisation_id ? [mail.organisation_id] : [],
      address: [hash.toString("hex")],
    });
    if (await isSuppressed(tx, hash, mail.letter_id)) {
      throw conflict("inbound.suppressed", { body: "errors.inbound.suppressed" });
    }
    const mailbox = mail.mailbox_id
      ? (await mailboxesNow(tx, [mail.mailbox_id])).get(mail.mailbox_id)
      : undefined;
    const messageId = await queueMail(tx, {
      purpose: "transactional",
      sendKey: `answer:${id}:${answerId ?? newId(tx.clock)}`,
      template: ANSWER_TEMPLATE,
      data: { subject: replySubject(mail.subject), body },
      language: "en",
      to: { email, name: mail.from_name },
      letterId: mail.letter_id,
      organisationId: mail.organisation_id,
      contactId: mail.contact_id,
      mailboxId: mailbox && !mailbox.archived_at ? mailbox.id : null,
      ...threadOf(mail),
    });
    if (!messageId) return { messageId };
    await handleInbound(tx, id, { as: "handled" });
    await record(tx, {
      action: "reply.answered",
      letterId: mail.letter_id,
      organisationId: mail.organisation_id,
      contactId: mail.contact_id,
      subjectId: messageId,
    });
    return { messageId };
  });
}
