/** How a step or a template reads for a real contact, before anything is sent; changes nothing. */
import type { Ctx } from "../../platform/context.js";
import { notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { requirePermission } from "../team/service.js";
import { chooseLanguage } from "./language-choice.js";
import { findMailedLetter, wordsOfLetters, type MailedLetter } from "./letter-views.js";
import { currentCourse, firstLanguage } from "./plan-service.js";
import { whyOf } from "./policy-service.js";
import { textOf } from "./step-service.js";
import type { Variable } from "./template.js";
import { latestTemplateVersions, type TemplateText } from "./template-store.js";
import { listRecipients, type Recipient } from "./views.js";
import { wordFor } from "./wording-service.js";

/** A mail as a contact would get it, ready for its frame. */
export interface PreviewedMail {
  recipient: Recipient;
  letter: MailedLetter;
  language: string;
  mail:
    | { subject: string; body: string; why: { key: string; args: Record<string, unknown> } }
    | { missing: Variable[] };
}

/**
 * A step of a sequence's newest version for a contact, in the language it would have. A later step shows the subject of
 * the first, since it goes out below it. Throws not_found for a sequence, step or contact that is not there.
 */
export async function previewStep(
  ctx: Ctx,
  sequenceId: string,
  at: { step: number; contactId: string },
): Promise<PreviewedMail> {
  requirePermission(ctx, "messages:read");
  const course = await currentCourse(ctx, sequenceId);
  const recipient = await contactFor(ctx, course.letter.id, at.contactId);
  const [first] = course.steps;
  const step = course.steps[at.step - 1];
  if (!first || !step) throw notFound("sequence.unknown_step");
  const language = firstLanguage(course, recipient);
  const own = textOf(course, step, language);
  const text = { ...own, subject: textOf(course, first, language).subject };
  return worded(ctx, course.letter, recipient, text, course.senderName);
}

/** A template of the library for a contact, as a mail about a letter. Throws not_found for what is not there. */
export async function previewTemplate(
  ctx: Ctx,
  templateId: string,
  about: { letterSlug: string; contactId: string; language?: string | undefined },
): Promise<PreviewedMail> {
  requirePermission(ctx, "messages:read");
  const versions = isUuid(templateId) ? await latestTemplateVersions(ctx.db, [templateId]) : undefined;
  const texts = versions?.get(templateId)?.texts ?? [];
  const letter = await findMailedLetter(ctx, { slug: about.letterSlug });
  if (!letter) throw notFound("letter.unknown");
  const recipient = await contactFor(ctx, letter.id, about.contactId);
  const wish = { contact: about.language ?? recipient.language, letter: letter.defaultLanguage };
  const languages = texts.map((each) => each.language);
  const text = texts.find((each) => each.language === chooseLanguage(languages, wish));
  if (!text) throw notFound("template.unknown");
  return worded(ctx, letter, recipient, text, null);
}

async function contactFor(ctx: Ctx, letterId: string, contactId: string): Promise<Recipient> {
  const [recipient] = isUuid(contactId)
    ? await listRecipients(ctx, letterId, { contactIds: [contactId] })
    : [];
  if (!recipient) throw notFound("contact.unknown");
  return recipient;
}

async function worded(
  ctx: Ctx,
  letter: MailedLetter,
  recipient: Recipient,
  text: TemplateText,
  senderName: string | null,
): Promise<PreviewedMail> {
  const own = ctx.actor.kind === "staff" ? ctx.actor.name : letter.sponsorName;
  const mail = wordFor(text, recipient, {
    letter: (await wordsOfLetters(ctx, [letter.id], text.language)).get(letter.id),
    senderName: senderName ?? own,
    invitationLinkId: null,
  });
  return {
    recipient,
    letter,
    language: text.language,
    mail: "missing" in mail ? mail : { ...mail, why: whyOf(recipient) },
  };
}
