/** Mails to everybody who stands by a letter about what became of it: that it was handed over, that its addressee answered. */
import { transaction, type Ctx } from "../../platform/context.js";
import { forbidden } from "../../platform/errors.js";
import type { Messages } from "../../platform/i18n.js";
import { newId } from "../../platform/ids.js";
import { isSuppressed } from "../consent/service.js";
import { letterToAnswer, type LetterToAnswer } from "../invitations/letter-service.js";
import { linkPlaceholder } from "../links/link.js";
import { makeLink } from "../links/service.js";
import { SIGNER_UPDATE_TEMPLATE } from "../mail/message.js";
import { queueMail } from "../mail/service.js";
import {
  listOpenNews,
  listToTell,
  lockNews,
  setNews,
  type NewsRow,
  type SignerToTell,
} from "./letter-news-store.js";

const BATCH = 100;

/**
 * Queues the next mails, a hundred to a transaction, in the order of the entries; where it stopped is kept in the same
 * transaction, so that a crash neither skips nor doubles one. Returns how many entries it looked at; for the system only.
 */
export async function tellSignatories(ctx: Ctx, messages: Messages): Promise<number> {
  if (ctx.actor.kind !== "system") throw forbidden("team.not_allowed");
  let done = 0;
  for (const id of await listOpenNews(ctx.db)) done += await tellSome(ctx, messages, id);
  return done;
}

async function tellSome(ctx: Ctx, messages: Messages, id: string): Promise<number> {
  return transaction(ctx, async (tx) => {
    const news = await lockNews(tx.db, id);
    if (!news || news.finished_at) return 0;
    const signers = await listToTell(tx.db, news, BATCH);
    const letters = new Map<string, LetterToAnswer>();
    for (const language of new Set(signers.map((signer) => signer.language)))
      letters.set(language, await letterToAnswer(tx, news.letter_id, language));
    for (const signer of signers) {
      const letter = letters.get(signer.language);
      if (letter) await tell(tx, messages, news, signer, letter);
    }
    const last = signers.at(-1);
    const over = signers.length < BATCH;
    await setNews(tx.db, id, {
      told_until: last?.id ?? news.told_until,
      finished_at: over ? tx.clock.now() : null,
    });
    return signers.length;
  });
}

/** One mail in the signatory's language; nobody gets it who has said stop for this letter. */
async function tell(
  tx: Ctx,
  messages: Messages,
  news: NewsRow,
  to: SignerToTell,
  letter: LetterToAnswer,
): Promise<void> {
  if (await isSuppressed(tx, tx.keys.addressHash(to.signatory_email), news.letter_id)) return;
  const language = messages.match(to.language) ?? "en";
  const letterTitle = letter.title.replace(/[.\s]+$/u, "");
  const home = `${tx.settings.publicUrl}/letters/${letter.slug}`;
  const words = (part: "subject" | "body") =>
    messages.t(language, `news.${news.kind}.${part}`, {
      letterTitle: part === "body" ? asWritten(letterTitle) : letterTitle,
      organisation: asWritten(to.display_name),
      link: news.kind === "delivered" ? `${home}/delivery` : home,
    });
  const id = newId(tx.clock);
  const unsubscribe = await makeLink(tx, "unsubscribe", id);
  await queueMail(tx, {
    id,
    purpose: "transactional",
    sendKey: `letter-news:${news.id}:${to.id}`,
    template: SIGNER_UPDATE_TEMPLATE,
    data: {
      subject: words("subject"),
      body: words("body"),
      organisation: to.display_name,
      letterTitle,
      unsubscribe: linkPlaceholder(unsubscribe.id),
      unsubscribe_scope: "letter",
    },
    language: to.language,
    to: { email: to.signatory_email, name: to.signatory_name },
    letterId: news.letter_id,
    organisationId: to.organisation_id,
  });
}

/** A name inside Markdown as it is written: no sign in it is markup. */
function asWritten(name: string): string {
  return name.replaceAll(/[\\`*_[\]()#+<>|~!{}-]/gu, (sign) => `\\${sign}`);
}
