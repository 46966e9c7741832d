import type { Ctx } from "../../platform/context.js";
import { requirePermission } from "../team/service.js";
import { needsSecondPerson, type Choice } from "./mailing.js";
import { chooseForMailing, findMailing, letterWordsOf, wordForRecipient, type Mailing } from "./service.js";
import type { LetterWords } from "./letter-views.js";
import { listRecipients, type Recipient } from "./views.js";
import { whyOf } from "./policy-service.js";
import type { Variable } from "./template.js";

/** A mailing as it stands before it is queued: whom it reaches, what holds mails up, and how it reads for one of them. */
export interface MailingPreview {
  mailing: Mailing;
  letter: LetterWords | undefined;
  choice: Choice<Recipient>;
  /** Recipients whose mail would wait, since a value it names is missing. */
  incomplete: { recipient: Recipient; missing: Variable[] }[];
  needsSecondPerson: boolean;
  /** The recipient shown, the first one unless one is named; undefined when nobody is reached. */
  shown: ShownMail | undefined;
}

/** Words of a mail before they are put in their frame. */
export interface WordedMail {
  subject: string;
  /** Markdown. */
  body: string;
  why: { key: string; args: Record<string, unknown> };
}

/** One recipient of a mailing, with the mail in the words it would have now. */
export interface ShownMail {
  recipient: Recipient;
  mail: WordedMail | { missing: Variable[] };
}

/** How a mailing that has been queued reads for one of its recipients; undefined when the contact is no longer there. */
export async function previewFor(
  ctx: Ctx,
  mailing: Mailing,
  contactId: string,
): Promise<ShownMail | undefined> {
  requirePermission(ctx, "messages:read");
  const [recipient] = await listRecipients(ctx, mailing.letter.id, { contactIds: [contactId] });
  if (!recipient) return undefined;
  const mail = wordForRecipient(mailing, await letterWordsOf(ctx, mailing), recipient);
  return { recipient, mail: "missing" in mail ? mail : { ...mail, why: whyOf(recipient) } };
}

/** Reads a mailing for its check page; changes nothing. Throws not_found. */
export async function previewMailing(ctx: Ctx, id: string, contactId?: string): Promise<MailingPreview> {
  requirePermission(ctx, "messages:read");
  const mailing = await findMailing(ctx, id);
  const choice = await chooseForMailing(ctx, mailing);
  const letter = await letterWordsOf(ctx, mailing);
  const worded = choice.chosen.map((recipient) => ({
    recipient,
    mail: wordForRecipient(mailing, letter, recipient),
  }));
  const shown = worded.find((each) => each.recipient.contactId === contactId) ?? worded[0];
  return {
    mailing,
    letter,
    choice,
    incomplete: worded.flatMap(({ recipient, mail }) =>
      "missing" in mail ? [{ recipient, missing: mail.missing }] : [],
    ),
    needsSecondPerson: needsSecondPerson(choice.chosen.length),
    shown: shown && {
      recipient: shown.recipient,
      mail: "missing" in shown.mail ? shown.mail : { ...shown.mail, why: whyOf(shown.recipient) },
    },
  };
}
