/** A template or a step as a real contact would read it, in any of its languages. Changes nothing. */
import type { Ctx } from "../../platform/context.js";
import { notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { requirePermission } from "../team/service.js";
import { chooseLanguage } from "./language-choice.js";
import { findMailedLetter, listMailedLetters, wordsOfLetters, type MailedLetter } from "./letter-views.js";
import { currentCourse } from "./plan-service.js";
import { whyOf } from "./policy-service.js";
import type { ShownMail } from "./preview-service.js";
import { findTemplate, latestTemplateVersions, type TemplateText } from "./template-store.js";
import { listRecipients } from "./views.js";
import { wordFor } from "./wording-service.js";

/** What to look at: a template of the library, or a step of a sequence, counted from 1. */
export type Looked = { templateId: string } | { sequenceId: string; step: number };

/** The words that can be looked at. */
export interface LookedWords {
  letter: MailedLetter;
  texts: TemplateText[];
  senderName: string | null;
  /** How many steps there are to choose from; a template has one. */
  steps: number;
}

/** How a mail reads for one contact. */
export interface Look extends ShownMail {
  language: string;
}

/** The words of a step of a sequence's newest version, or of a template with the letter it would be about. Throws not_found. */
export async function lookedWords(ctx: Ctx, what: Looked): Promise<LookedWords> {
  requirePermission(ctx, "messages:read");
  if ("sequenceId" in what) {
    const course = await currentCourse(ctx, what.sequenceId);
    const step = course.steps[what.step - 1] ?? course.steps[0];
    return {
      letter: course.letter,
      texts: step?.texts ?? [],
      senderName: course.senderName,
      steps: course.steps.length,
    };
  }
  const template = isUuid(what.templateId) ? await findTemplate(ctx.db, what.templateId) : undefined;
  const latest = template && (await latestTemplateVersions(ctx.db, [template.id])).get(template.id);
  const own = template?.letter_id ? await findMailedLetter(ctx, { id: template.letter_id }) : undefined;
  const letter = own ?? (template && (await listMailedLetters(ctx))[0]);
  if (!template?.library || !latest || !letter) throw notFound("template.unknown");
  return { letter, texts: latest.texts, senderName: null, steps: 1 };
}

/** How words read for a contact, in the language asked for or else the contact's own; undefined for no such contact. */
export async function lookAs(
  ctx: Ctx,
  words: LookedWords,
  contactId: string,
  asked?: string,
): Promise<Look | undefined> {
  requirePermission(ctx, "messages:read");
  const [recipient] = await listRecipients(ctx, words.letter.id, { contactIds: [contactId] });
  if (!recipient) return undefined;
  const wish = { contact: asked ?? recipient.language, letter: words.letter.defaultLanguage };
  const languages = words.texts.map((text) => text.language);
  const language = chooseLanguage(languages, wish);
  const text = words.texts.find((each) => each.language === language);
  if (!text) return undefined;
  const letter = (await wordsOfLetters(ctx, [words.letter.id], text.language)).get(words.letter.id);
  const own = ctx.actor.kind === "staff" ? ctx.actor.name : words.letter.sponsorName;
  const worded = wordFor(text, recipient, {
    letter,
    senderName: words.senderName ?? own,
    invitationLinkId: null,
  });
  const mail = "missing" in worded ? worded : { ...worded, why: whyOf(recipient) };
  return { recipient, mail, language: text.language };
}
