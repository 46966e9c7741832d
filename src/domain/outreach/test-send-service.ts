/** A mail to oneself: a template or a step as a real contact would get it, to look at in one's own mail program. */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { forbidden, invalid, notFound } from "../../platform/errors.js";
import { newId } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { queueMail } from "../mail/service.js";
import { requirePermission, staffId } from "../team/service.js";
import { chooseLanguage } from "./language-choice.js";
import { findMailedLetter, staffAddress, wordsOfLetters, type MailedLetter } from "./letter-views.js";
import { currentCourse } from "./plan-service.js";
import { testSendCommand } from "./sequence-commands.js";
import { findTemplate, latestTemplateVersions, type TemplateText } from "./template-store.js";
import { listRecipients } from "./views.js";
import { wordFor } from "./wording-service.js";

/**
 * Sends a mail to the acting staff member's own address and nowhere else, with the data of a real contact. The personal
 * link in it leads nowhere, and the subject says that it is a test. Throws invalid when a value is missing, forbidden
 * for scripts, which have no address of their own.
 */
export async function sendTest(ctx: Ctx, input: z.input<typeof testSendCommand>): Promise<{ id: string }> {
  requirePermission(ctx, "templates:write");
  const command = parse(testSendCommand, input);
  const acting = staffId(ctx);
  const self = acting && (await staffAddress(ctx, acting));
  if (!self) throw forbidden("test_send.no_address");
  return transaction(ctx, async (tx) => {
    const { texts, letter, senderName } = await whatToSend(tx, command);
    const [recipient] = await listRecipients(tx, letter.id, { contactIds: [command.contact_id] });
    if (!recipient) throw invalid("test_send.contact", { contact_id: "errors.test_send.contact" });
    const wish = { contact: command.language ?? recipient.language, letter: letter.defaultLanguage };
    const language = chooseLanguage(
      texts.map((each) => each.language),
      wish,
    );
    const text = texts.find((each) => each.language === language);
    if (!text) throw notFound("template.unknown");
    const words = (await wordsOfLetters(tx, [letter.id], text.language)).get(letter.id);
    const about = { letter: words, senderName: senderName ?? self.name, invitationLinkId: null };
    const worded = wordFor(text, recipient, about);
    if ("missing" in worded) {
      throw invalid("test_send.missing", { form: "errors.test_send.missing" }, { missing: worded.missing });
    }
    const key = newId(tx.clock);
    const id = await queueMail(tx, {
      purpose: "test",
      sendKey: `test:${key}`,
      template: "outreach",
      data: { subject: `[Test] ${worded.subject}`, body: worded.body },
      language: text.language,
      to: { email: self.email, name: self.name },
      letterId: letter.id,
    });
    await record(tx, { action: "message.test_sent", letterId: letter.id, subjectId: id });
    return { id: id ?? key };
  });
}

async function whatToSend(
  ctx: Ctx,
  command: z.output<typeof testSendCommand>,
): Promise<{ texts: TemplateText[]; letter: MailedLetter; senderName: string | null }> {
  if (command.sequence_id) {
    const course = await currentCourse(ctx, command.sequence_id);
    const step = course.steps[command.step - 1];
    if (!step) throw invalid("test_send.step", { step: "errors.test_send.step" });
    return { texts: step.texts, letter: course.letter, senderName: course.senderName };
  }
  const id = command.template_id ?? "";
  const template = await findTemplate(ctx.db, id);
  const latest = (await latestTemplateVersions(ctx.db, [id])).get(id);
  if (!template || !latest) throw notFound("template.unknown");
  const letter = await findMailedLetter(
    ctx,
    command.letter ? { slug: command.letter } : { id: template.letter_id ?? id },
  );
  if (!letter) throw invalid("test_send.letter", { letter: "errors.mailing.letter" });
  return { texts: latest.texts, letter, senderName: null };
}
