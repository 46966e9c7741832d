import { createHash } from "node:crypto";
import { transaction, type Ctx } from "../../platform/context.js";
import { isDatabaseDown } from "../../platform/db.js";
import { emailDomain, parseEmail } from "../../platform/email-address.js";
import { newId } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { mailProvider } from "../../platform/mail-providers.js";
import { readMailbox } from "../../platform/mailer.js";
import type { ParseResult } from "../../platform/mail-parser.js";
import { registrableDomain } from "../../platform/registrable-domain.js";
import type { Classification, MailClass } from "../classification/classification.js";
import { classify } from "../classification/classify.js";
import { headersOf, type IncomingMail } from "../classification/incoming-mail.js";
import { organisationsAt } from "../consent/views.js";
import { withoutLinkSecrets } from "../links/link.js";
import { readVerp } from "../mail/verp.js";
import { recordHeard, takeSteps, type ActingMail } from "./act-service.js";
import { FLOOD_TEXT, isFlood } from "./flood.js";
import { chooseMatch, type Match, type MatchedMessage } from "./match.js";
import {
  addressesWrittenTo,
  contactWithAddress,
  dayBefore,
  lastMessageTo,
  messageById,
  messageByInternetIds,
  organisationsAtDomain,
  softFailuresOf,
  strikesOf,
} from "./match-views.js";
import { planSteps, type Step } from "./plan.js";
import { replyText } from "./reply-text.js";
import { sealRaw } from "./raw-mail.js";
import { insertInbound, isKnown, setInbound, type InboundRow } from "./store.js";

/** What parses strangers' mails: `MailParser` of the ground. */
export interface MailReader {
  parse(raw: Uint8Array): Promise<ParseResult>;
}

/** A mail as it was fetched. */
export interface FetchedMail {
  raw: Uint8Array;
  /** Null: the mailbox of the settings. */
  mailboxId: string | null;
  /** When the server got it; now where it does not say. */
  receivedAt?: Date | undefined;
  /** In bytes, where `raw` is only the beginning. */
  size?: number;
}

/** What became of a mail. */
export interface TakenIn {
  /** False when the same mail had been taken in before; nothing was changed then. */
  isNew: boolean;
  id: string | undefined;
  class: MailClass | undefined;
}

/** Headers of Message-IDs: no link stands there, and they have to stay as they are. */
const OF_IDS: ReadonlySet<string> = new Set(["message-id", "in-reply-to", "references"]);

/** More than this of one mail is neither fetched nor kept. */
export const LARGEST_KEPT = 10 * 1024 * 1024;
/** What a server may claim of a mail's size, in bytes: the column holds no more. */
const LARGEST_SIZE = 2_147_483_647;
/** 1990: no mail that we read is older. */
const EARLIEST = Date.UTC(1990, 0, 1);
const KEPT_HEADERS: ReadonlySet<string> = new Set([
  "from",
  "to",
  "cc",
  "date",
  "subject",
  "message-id",
  "in-reply-to",
  "references",
  "auto-submitted",
  "x-autoreply",
  "precedence",
  "return-path",
  "delivered-to",
  "x-original-to",
  "x-failed-recipients",
  "content-type",
]);

/**
 * Takes in one mail: reads it, says what it is, finds whom it is about and does what follows, all of it in one
 * transaction. The same mail again changes nothing, also when two workers take it in at once. Never refuses a mail:
 * what can't be read is kept as unclassified.
 */
export async function takeInMail(ctx: Ctx, reader: MailReader, fetched: FetchedMail): Promise<TakenIn> {
  for (const attempt of [reader, reader]) {
    try {
      return await takeInOnce(ctx, attempt, fetched);
    } catch (error) {
      if (isDatabaseDown(error)) throw error;
      ctx.log.error({ err: error }, "a mail could not be taken in");
    }
  }
  return takeInOnce(ctx, UNREAD, fetched);
}

/** What fails twice without the database being gone is kept as it came, so that it holds nobody up. */
const UNREAD: MailReader = { parse: async () => ({ ok: false, why: "the mail could not be taken in" }) };

async function takeInOnce(ctx: Ctx, reader: MailReader, fetched: FetchedMail): Promise<TakenIn> {
  const raw = Buffer.from(fetched.raw.subarray(0, LARGEST_KEPT));
  const hash = createHash("sha256").update(raw).digest();
  if (await isKnown(ctx.db, hash)) return { isNew: false, id: undefined, class: undefined };
  const parsed = await reader.parse(raw);
  const mail = parsed.ok ? parsed.mail : undefined;
  const said = mail ? understand(ctx, mail) : undefined;
  const row = rowOf(ctx, { ...fetched, raw }, hash, mail, said, parsed.ok ? "" : parsed.why);
  return transaction(ctx, async (tx) => {
    if (!(await insertInbound(tx.db, row))) return { isNew: false, id: undefined, class: undefined };
    const { match, isOwn } = mail && said ? await findMatch(tx, mail, said, row) : NOTHING;
    await holdStopLocks(tx, row, match);
    await setInbound(tx.db, row.id, matchColumns(match));
    const acting: ActingMail = { id: row.id, mailboxId: row.mailbox_id, class: row.class, match };
    const flood = !isOwn && isFlood(await dayBefore(tx, row), { ...row, match });
    if (flood) await setInbound(tx.db, row.id, { raw: null, body_text: row.body_text.slice(0, FLOOD_TEXT) });
    const steps: Step[] = isOwn ? [{ do: "note", why: "own_mail" }] : await stepsFor(tx, row, match, flood);
    const actions = await takeSteps(tx, acting, steps);
    const isRead = isOwn || !needsReading(row.class, match);
    await setInbound(tx.db, row.id, { actions, ...(isRead ? { handled_at: tx.clock.now() } : {}) });
    if (!isOwn) await recordHeard(tx, acting);
    return { isNew: true, id: row.id, class: row.class };
  });
}

const NOTHING: { match: Match | undefined; isOwn: boolean } = { match: undefined, isOwn: false };

/** Classification is pure and bounded, but strangers' mails are many: a fault in it costs the mail its class only. */
function understand(ctx: Ctx, mail: IncomingMail): Classification | undefined {
  try {
    return classify(mail);
  } catch (error) {
    ctx.log.error({ err: error }, "a mail could not be classified");
    return undefined;
  }
}

function rowOf(
  ctx: Ctx,
  fetched: FetchedMail & { raw: Buffer },
  hash: Buffer,
  mail: IncomingMail | undefined,
  said: Classification | undefined,
  why: string,
): Omit<InboundRow, "row_version"> {
  const now = ctx.clock.now();
  const size = Math.min(Math.max(fetched.size ?? 0, fetched.raw.length), LARGEST_SIZE);
  const text = storable(mail?.text ?? "");
  const id = newId(ctx.clock);
  return {
    id,
    mailbox_id: fetched.mailboxId,
    hash,
    raw: sealRaw(ctx, id, fetched.raw),
    size,
    cut: size > fetched.raw.length || (mail?.truncated ?? false),
    internet_id: mail?.messageId ? whole(mail.messageId) : null,
    reply_to: replyTo(mail),
    from_name: whole(storable(mail?.from?.name ?? "").slice(0, 200)) || null,
    from_email: parseEmail(mail?.from?.address ?? "") ?? null,
    subject: whole(storable(mail?.subject ?? "").slice(0, 500)),
    headers: keptHeaders(mail),
    body_text: text,
    reply_text: replyText(text).fresh,
    sent_at: sentAt(mail, now),
    received_at: receivedAt(fetched.receivedAt, now),
    taken_in_at: now,
    class: said?.class ?? "unclassified",
    understood: said ? understoodOf(said) : { why: why || "the mail could not be understood" },
    message_id: null,
    contact_id: null,
    organisation_id: null,
    letter_id: null,
    match_kind: null,
    actions: [],
    handled_at: null,
    handled_by: null,
  };
}

/** PostgreSQL keeps no NUL; lone halves of a character would not come back as they were. */
function whole(text: string): string {
  return Buffer.from(text.replaceAll("\u0000", ""), "utf8").toString("utf8");
}

/** A text as it is kept: mails quote ours, and the secrets of links in them are nobody's to read (promise 20). */
function storable(text: string): string {
  return withoutLinkSecrets(whole(text));
}

function understoodOf({ recipients, autoReply, evidence, originalMessageIds }: Classification) {
  const understood = { recipients: recipients.slice(0, 20), autoReply, evidence, originalMessageIds };
  return JSON.parse(JSON.stringify(understood, storableValue)) as InboundRow["understood"];
}

function storableValue(key: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  return /^\d+$/.test(key) ? whole(value) : storable(value);
}

function replyTo(mail: IncomingMail | undefined): string | null {
  const [header] = mail ? headersOf(mail, "reply-to") : [];
  const bracketed = /<([^<>]+)>\s*$/.exec(header ?? "")?.[1];
  return parseEmail(bracketed ?? header ?? "") ?? null;
}

function keptHeaders(mail: IncomingMail | undefined): InboundRow["headers"] {
  return (mail?.headers ?? [])
    .filter(({ name }) => KEPT_HEADERS.has(name))
    .slice(0, 60)
    .map(({ name, value }) => ({
      name,
      value: OF_IDS.has(name) ? whole(value.slice(0, 8000)) : whole(storable(value).slice(0, 1000)),
    }));
}

/** When a mail came in, by the server's account where that can be: servers may say anything. */
function receivedAt(said: Date | undefined, now: Date): Date {
  const time = said?.getTime() ?? Number.NaN;
  return time >= EARLIEST && time <= now.getTime() ? new Date(time) : now;
}

function sentAt(mail: IncomingMail | undefined, now: Date): Date | null {
  const at = new Date(mail?.date ?? "");
  const isPlausible = at.getUTCFullYear() >= 1990 && at.getUTCFullYear() <= now.getUTCFullYear() + 1;
  return isPlausible ? at : null;
}

/** Finds what a mail is about, in the order of the send protocol. */
export async function findMatch(
  ctx: Ctx,
  mail: IncomingMail,
  said: Classification,
  row: Pick<InboundRow, "from_email" | "received_at" | "internet_id">,
): Promise<{ match: Match | undefined; isOwn: boolean }> {
  if (row.internet_id && (await messageByInternetIds(ctx, [row.internet_id]))) {
    return { match: undefined, isOwn: true };
  }
  const isReport = said.recipients.length > 0;
  const byIds = await messageByInternetIds(ctx, said.originalMessageIds);
  const sender = row.from_email ? await contactWithAddress(ctx, row.from_email) : undefined;
  const match = chooseMatch(
    {
      byReturnPath: await messageByReturnPath(ctx, said.returnPathCandidates),
      byReturnedId: isReport ? byIds : undefined,
      byThread: isReport
        ? undefined
        : (byIds ?? (await messageByInternetIds(ctx, [...mail.inReplyTo, ...said.references]))),
      sender,
      lastToSender: row.from_email
        ? await lastMessageTo(ctx, ctx.keys.addressHash(row.from_email), row.received_at)
        : undefined,
      organisationsAtDomain: isReport ? [] : await sameDomain(ctx, row.from_email),
    },
    isReport || said.class === "auto_reply" || said.class === "challenge_response",
  );
  return { match, isOwn: false };
}

async function messageByReturnPath(
  ctx: Ctx,
  candidates: readonly string[],
): Promise<MatchedMessage | undefined> {
  for (const candidate of candidates) {
    const id = readVerp(ctx.keys, candidate);
    const message = id ? await messageById(ctx, id) : undefined;
    if (message) return message;
  }
  return undefined;
}

async function sameDomain(ctx: Ctx, email: string | null): Promise<string[]> {
  const domain = email ? registrableDomain(emailDomain(email)) : undefined;
  const own = registrableDomain(emailDomain(readMailbox(ctx.settings.mailFrom).address));
  if (!domain || domain === own || mailProvider(domain)) return [];
  return organisationsAtDomain(ctx, domain);
}

/**
 * Holds what the commit point holds of everybody this mail may stop, in the one order, before anything is decided: so no
 * mail commits to go out after a stop that has committed.
 */
export async function holdStopLocks(
  ctx: Ctx,
  row: Pick<InboundRow, "from_email" | "class" | "understood">,
  match: Match | undefined,
): Promise<void> {
  const named = row.class === "complaint" ? (row.understood.recipients ?? []) : [];
  const addresses = [match?.message?.toEmail, row.from_email, ...named.flatMap(addressesIn)];
  const hashes = addresses.flatMap((each) => (each ? [ctx.keys.addressHash(each)] : []));
  const organisations = match?.organisationId ? [match.organisationId] : [];
  for (const hash of hashes) organisations.push(...(await organisationsAt(ctx, hash)));
  await holdLocks(ctx.db, {
    organisation: organisations,
    address: hashes.map((each) => each.toString("hex")),
  });
}

function addressesIn({ address, originalAddress }: { address: string; originalAddress: string }): string[] {
  return [address, originalAddress].filter((each) => each !== "");
}

/** The columns that say what a mail is about. */
export function matchColumns(match: Match | undefined) {
  return {
    message_id: match?.message?.id ?? null,
    contact_id: match?.contactId ?? null,
    organisation_id: match?.organisationId ?? null,
    letter_id: match?.letterId ?? null,
    match_kind: match?.kind ?? null,
  };
}

/** What a mail leads to, from the rows as they are now. */
export async function stepsFor(
  ctx: Ctx,
  row: Pick<InboundRow, "class" | "understood" | "from_email">,
  match: Match | undefined,
  flood = false,
): Promise<Step[]> {
  const { recipients = [], autoReply } = row.understood;
  const named = row.class === "complaint" ? recipients.flatMap(addressesIn) : [];
  return planSteps({
    class: row.class,
    recipients,
    autoReply,
    match,
    fromEmail: row.from_email ?? undefined,
    now: ctx.clock.now(),
    softFailures: match?.contactId ? await softFailuresOf(ctx, match.contactId) : 0,
    strikes: match?.organisationId ? await strikesOf(ctx, match.organisationId) : undefined,
    writtenTo: await addressesWrittenTo(ctx, named),
    isFlood: flood,
  });
}

/** Whether a person should look at a mail: what somebody wrote, and what could not be placed. */
function needsReading(mailClass: MailClass, match: Match | undefined): boolean {
  if (["human_reply", "unclassified", "complaint", "challenge_response"].includes(mailClass)) return true;
  return match === undefined && mailClass !== "delivered" && mailClass !== "relayed";
}
