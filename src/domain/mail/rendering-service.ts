import { createHash } from "node:crypto";
import type { Ctx } from "../../platform/context.js";
import type { Messages } from "../../platform/i18n.js";
import { readMailbox, type Mailer, type OutgoingMail } from "../../platform/mailer.js";
import type { Mailers } from "../../platform/mailers.js";
import type { Templates } from "../../platform/templates.js";
import { fillPlaceholders, linkPlaceholder, placeholdersIn } from "../links/link.js";
import { linkAddresses } from "../links/service.js";
import { ownLinks, standInsToPlaceholders } from "./rendering.js";
import { mailAccount } from "./mailbox-account-service.js";
import type { MailboxRow } from "./mailbox-store.js";
import { LARGEST_HTML, TOO_LARGE, sizeOfHtml } from "./mail-size.js";
import { ANSWER_TEMPLATE, SIGNER_UPDATE_TEMPLATE } from "./message.js";
import type { MailHeaders, MessageRow, SendingMessage, RenderedMessage, StateChange } from "./store.js";
import type { CommittedMail, StopVerdict } from "./verdict-service.js";
import type { Sponsor } from "./views.js";

/** What words and frames a mail is made of. */
export interface MailWords {
  templates: Templates;
  messages: Messages;
}

/** Renders a message as it will be stored and sent; links stay placeholders. */
export function renderMessage(
  ctx: Ctx,
  words: MailWords,
  row: MessageRow,
  sponsors: ReadonlyMap<string, Sponsor>,
  verdict: Extract<StopVerdict, { go: true }> | undefined,
  from: { email: string; readsReplies: boolean },
): RenderedMessage {
  const sponsor = sponsors.get(row.letter_id ?? "");
  const unsubscribe = typeof row.data["unsubscribe"] === "string" ? row.data["unsubscribe"] : null;
  const preferences = typeof row.data["preferences"] === "string" ? row.data["preferences"] : null;
  const mail = renderMail(words, {
    template: row.template,
    language: row.language,
    data: { ...row.data, ...verdict?.data },
    sponsor: sponsor ?? ownName(ctx),
    why: verdict?.why,
    unsubscribeUrl: unsubscribe,
    preferencesUrl: preferences,
  });
  const headers: MailHeaders = {
    from_email: from.email,
    from_name: sponsor?.name ?? null,
    reply_to: from.readsReplies ? null : (sponsor?.email ?? null),
    ...headersByPurpose(row, unsubscribe),
  };
  const hash = createHash("sha256").update(`${mail.subject}\n${mail.text}\n${mail.html}`).digest("hex");
  return {
    id: row.id,
    subject: mail.subject,
    body_text: mail.text,
    body_html: mail.html,
    body_hash: hash,
    headers,
  };
}

function headersByPurpose(
  { purpose, template }: MessageRow,
  unsubscribe: string | null,
): Partial<MailHeaders> {
  if (purpose === "outreach" || (template === SIGNER_UPDATE_TEMPLATE && unsubscribe !== null)) {
    return { list_unsubscribe: unsubscribe };
  }
  return template === ANSWER_TEMPLATE ? {} : { auto_submitted: true };
}

function ownName(ctx: Ctx): Pick<Sponsor, "name" | "address"> {
  const from = readMailbox(ctx.settings.mailFrom);
  return { name: from.name ?? from.address, address: ctx.settings.publicUrl };
}

/** What a mail is rendered from. */
export interface MailView {
  template: string;
  language: string;
  data: Record<string, unknown>;
  sponsor: Pick<Sponsor, "name" | "address">;
  /** Why the reader gets it; only outreach has to say. */
  why: { key: string; args: Record<string, unknown> } | undefined;
  unsubscribeUrl: string | null;
  /** Where the reader sees why we write and changes what they get; beside the way to stop. */
  preferencesUrl?: string | null;
}

/** Renders a mail in its frame with sender, postal address and reason; links stay placeholders. */
export function renderMail(
  { templates, messages }: MailWords,
  view: MailView,
): { subject: string; text: string; html: string } {
  const mail = templates.renderMail(
    view.template,
    {
      ...view.data,
      sponsor: { name: view.sponsor.name },
      postalAddress: view.sponsor.address,
      why: view.why ? messages.t(view.language, view.why.key, view.why.args) : null,
      unsubscribeUrl: view.unsubscribeUrl,
      preferencesUrl: view.preferencesUrl ?? null,
    },
    { lang: view.language },
  );
  return {
    subject: mail.subject,
    text: standInsToPlaceholders(mail.text),
    html: standInsToPlaceholders(mail.html),
  };
}

/** The two kinds of ways out: of the settings' mailbox, and of those with an account. */
export interface WaysOut {
  mailer: Mailer;
  mailers: Mailers;
}

/** The mailer that mail of a mailbox goes through. */
export function mailerOf(ctx: Ctx, ways: WaysOut, mailbox: MailboxRow): Mailer {
  const account = mailAccount(ctx, mailbox);
  return account ? ways.mailers.for(account) : ways.mailer;
}

/** A stored mail with the mailbox it goes out of. */
export interface StoredMail {
  row: MessageRow;
  mail: SendingMessage;
  mailbox: MailboxRow;
  mailer: Mailer;
  at: Date;
}

/** Makes stored mails ready to go: every link of their own gets its address. */
export async function addressMails(
  ctx: Ctx,
  token: string,
  mails: readonly StoredMail[],
): Promise<CommittedMail[]> {
  const links = await linkAddresses(ctx, [...new Set(mails.flatMap(({ row }) => ownLinks(row)))]);
  return mails.map((stored) => {
    const { row, mailer } = stored;
    const own = new Map(ownLinks(row).map((id) => [id, links.get(id) ?? linkPlaceholder(id)]));
    const { attempts, purpose } = row;
    const mailboxId = stored.mailbox.id;
    return { id: row.id, token, attempts, purpose, mailboxId, mailer, outgoing: addressed(stored, own) };
  });
}

function addressed({ row, mail, mailbox, at }: StoredMail, links: ReadonlyMap<string, string>): OutgoingMail {
  return {
    messageId: row.message_id,
    from: { name: mail.headers.from_name ?? mailbox.from_name, address: mailbox.from_email },
    envelopeFrom: mail.envelope_from,
    to: { name: row.to_name, address: row.to_email },
    replyTo: mail.headers.reply_to ?? null,
    date: at,
    subject: mail.subject,
    text: fillLinks(mail.body_text, links),
    html: fillLinks(mail.body_html, links),
    headers: { ...headerLines(mail.headers, links), ...threadLines(row) },
  };
}

/** How many mails of a thread are named: the first and the latest, so that the header stays within a line. */
const NAMED = 10;

/** What makes a follow-up stand below the mail it follows (RFC 5322 §3.6.4). */
export function threadLines(
  row: Pick<MessageRow, "in_reply_to" | "thread_references">,
): Record<string, string> {
  if (!row.in_reply_to) return {};
  const all = row.thread_references;
  const named = all.length > NAMED ? [...all.slice(0, 1), ...all.slice(1 - NAMED)] : all;
  return {
    "In-Reply-To": row.in_reply_to,
    References: (named.length > 0 ? named : [row.in_reply_to]).join(" "),
  };
}

/** Puts addresses in the place of our placeholders; what only looks like one stays as it was typed. */
export function fillLinks(text: string, links: ReadonlyMap<string, string>): string {
  const known = new Map(placeholdersIn(text).map((id) => [id, links.get(id) ?? linkPlaceholder(id)]));
  return fillPlaceholders(text, known);
}

/** The headers that outreach and machine mail carry beside the usual ones (RFC 8058 §3, RFC 3834 §5). */
export function headerLines(
  headers: MailHeaders,
  links: ReadonlyMap<string, string>,
): Record<string, string> {
  return {
    ...(headers.list_unsubscribe
      ? {
          "List-Unsubscribe": `<${fillLinks(headers.list_unsubscribe, links)}>`,
          "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
      : {}),
    ...(headers.auto_submitted ? { "Auto-Submitted": "auto-generated" } : {}),
  };
}

/** What is judged at a commit point: the mails that go, and the changes of those that don't. */
interface JudgedMails<Mail> {
  going: Mail[];
  stopped: StateChange[];
}

/** Has those of some mails wait for a person that are too large to be read to their end; the others go as before. */
export function withoutTooLarge<Mail extends { id: string; body_html: string }>(
  judged: JudgedMails<Mail>,
  those: readonly { id: string }[],
  token: string,
): JudgedMails<Mail> {
  const ids = new Set(those.map(({ id }) => id));
  const large = judged.going.filter(
    ({ id, body_html: html }) => ids.has(id) && sizeOfHtml(html) > LARGEST_HTML,
  );
  if (large.length === 0) return judged;
  const changes = large.map(({ id }) => ({ id, state: "blocked", reason: TOO_LARGE, token }) as const);
  return {
    going: judged.going.filter((mail) => !large.includes(mail)),
    stopped: [...judged.stopped, ...changes],
  };
}
