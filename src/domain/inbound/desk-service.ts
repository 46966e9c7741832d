/** What staff do with incoming mail: read it, say whom it is about, correct what it was taken for, explain it. */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { DAY } from "../../platform/clock.js";
import { parseEmail } from "../../platform/email-address.js";
import { invalid, notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { parse, type Page } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import type { Classification } from "../classification/classification.js";
import { classify } from "../classification/classify.js";
import type { IncomingMail } from "../classification/incoming-mail.js";
import { matchOrganisation } from "../organisations/service.js";
import { settleTasks } from "../tasks/service.js";
import { requirePermission, staffId } from "../team/service.js";
import { recordHeard, takeSteps } from "./act-service.js";
import { assignCommand, handleCommand, listInboundQuery, reclassifyCommand } from "./commands.js";
import type { Match } from "./match.js";
import { contactWithAddress, messageById } from "./match-views.js";
import { dropRaw, lockInbound, setInbound, type InboundRow } from "./store.js";
import { holdStopLocks, matchColumns, stepsFor, type MailReader } from "./take-in-service.js";
import { inboundDetail, listInbound, rawInbound, type InboundDetail, type InboundLine } from "./views.js";

/** Incoming mails, a page at a time. */
export async function browseInbound(
  ctx: Ctx,
  input: z.input<typeof listInboundQuery>,
): Promise<Page<InboundLine>> {
  requirePermission(ctx, "messages:read");
  return listInbound(ctx, parse(listInboundQuery, input));
}

/** One incoming mail with everything. Throws not_found. */
export async function readInbound(ctx: Ctx, id: string): Promise<InboundDetail> {
  requirePermission(ctx, "messages:read");
  const detail = isUuid(id) ? await inboundDetail(ctx, id) : undefined;
  if (!detail) throw notFound("inbound.unknown");
  return detail;
}

/**
 * The mail as it came, for those who may make links themselves: it may quote a mail of ours with the links of a contact.
 * Throws not_found once it has been dropped.
 */
export async function sourceOfInbound(ctx: Ctx, id: string): Promise<Buffer> {
  requirePermission(ctx, "invitations:write");
  const raw = isUuid(id) ? await rawInbound(ctx, id) : undefined;
  if (!raw) throw notFound("inbound.unknown");
  return raw;
}

async function held(ctx: Ctx, id: string): Promise<InboundRow> {
  const row = isUuid(id) ? await lockInbound(ctx.db, id) : undefined;
  if (!row) throw notFound("inbound.unknown");
  return row;
}

const ABOUT_READING = ["answer_reply", "complaint", "answer_challenge", "mail_refused"] as const;

/** Says that a mail has been dealt with, or has to be looked at again. Throws not_found. */
export async function handleInbound(
  ctx: Ctx,
  id: string,
  input: z.input<typeof handleCommand>,
): Promise<void> {
  requirePermission(ctx, "outreach:write");
  const { as: wanted } = parse(handleCommand, input);
  await transaction(ctx, async (tx) => {
    const row = await held(tx, id);
    const isDone = wanted === "handled";
    if ((row.handled_at !== null) === isDone) return;
    await setInbound(tx.db, id, {
      handled_at: isDone ? tx.clock.now() : null,
      handled_by: isDone ? staffId(tx) : null,
    });
    if (isDone) for (const kind of ABOUT_READING) await settleTasks(tx, kind, id);
    await record(tx, act(isDone ? "incoming_mail.read" : "incoming_mail.put_back", row));
  });
}

/**
 * Says whom a mail is about, by the address of a contact or the name of an organisation; what a mail of its class leads
 * to follows at once. Throws not_found, or invalid where nobody of that name is known.
 */
export async function assignInbound(
  ctx: Ctx,
  id: string,
  input: z.input<typeof assignCommand>,
): Promise<void> {
  requirePermission(ctx, "outreach:write");
  const { to } = parse(assignCommand, input);
  await transaction(ctx, async (tx) => {
    const match = await matchByHand(tx, to);
    const row = await held(tx, id);
    await follow(tx, row, match);
    await record(tx, act("incoming_mail.assigned", { ...row, ...matchColumns(match) }));
  });
}

async function matchByHand(ctx: Ctx, to: string): Promise<Match> {
  const email = parseEmail(to);
  const contact = email ? await contactWithAddress(ctx, email) : undefined;
  const organisation = email ? undefined : await matchOrganisation(ctx, { name: to });
  const organisationId = contact?.organisationId ?? organisation?.id;
  if (!organisationId) throw invalid("inbound.nobody", { to: "errors.inbound.nobody" });
  return {
    kind: "staff",
    message: undefined,
    contactId: contact?.contactId ?? null,
    organisationId,
    letterId: null,
  };
}

/**
 * Corrects what a mail was taken for; what the right class leads to follows at once. What was done because of the wrong
 * one stays done: an enrolment that has ended does not begin again by itself. Throws not_found.
 */
export async function reclassifyInbound(
  ctx: Ctx,
  id: string,
  input: z.input<typeof reclassifyCommand>,
): Promise<void> {
  requirePermission(ctx, "outreach:write");
  const command = parse(reclassifyCommand, input);
  await transaction(ctx, async (tx) => {
    const row = await held(tx, id);
    if (row.class === command.class) return;
    const understood = { ...row.understood, reclassified_from: row.class };
    await setInbound(tx.db, id, { class: command.class, understood });
    const match = await keptMatch(tx, row);
    const isAbout = !SPEAKS_FOR_ITSELF.has(command.class);
    const contactId = match?.contactId ?? (isAbout ? (match?.message?.contactId ?? null) : null);
    // A person has looked at it: that stands for the proof that a report would have to bring.
    const judged: Match | undefined = match && { ...match, kind: "staff", contactId };
    await follow(tx, { ...row, class: command.class, understood }, judged);
    await record(tx, act("incoming_mail.corrected", row, { from: row.class, to: command.class }));
  });
}

/** Mails that speak for their sender; all others are about the one we wrote to. */
const SPEAKS_FOR_ITSELF: ReadonlySet<string> = new Set([
  "human_reply",
  "unsubscribe_request",
  "unclassified",
]);

async function keptMatch(ctx: Ctx, row: InboundRow): Promise<Match | undefined> {
  if (!row.match_kind || !row.organisation_id) return undefined;
  const message = row.message_id ? await messageById(ctx, row.message_id) : undefined;
  return {
    kind: row.match_kind,
    message,
    contactId: row.contact_id,
    organisationId: row.organisation_id,
    letterId: row.letter_id,
  };
}

async function follow(ctx: Ctx, row: InboundRow, match: Match | undefined): Promise<void> {
  await holdStopLocks(ctx, row, match);
  await setInbound(ctx.db, row.id, matchColumns(match));
  const acting = { id: row.id, mailboxId: row.mailbox_id, class: row.class, match };
  const done = await takeSteps(ctx, acting, await stepsFor(ctx, row, match));
  await setInbound(ctx.db, row.id, { actions: [...row.actions, ...done] });
  await recordHeard(ctx, acting);
}

/** What a mail is, explained without keeping anything of it. */
export interface Explained {
  mail: IncomingMail | undefined;
  said: Classification | undefined;
  /** Why it could not be read. */
  why: string;
}

/** Explains a mail that somebody pasted or uploaded. Nothing is stored and nothing follows. */
export async function explainMail(ctx: Ctx, reader: MailReader, raw: Uint8Array): Promise<Explained> {
  requirePermission(ctx, "messages:read");
  const parsed = await reader.parse(raw);
  if (!parsed.ok) return { mail: undefined, said: undefined, why: parsed.why };
  return { mail: parsed.mail, said: classify(parsed.mail), why: "" };
}

const RAW_KEPT = 90 * DAY;

/** Drops the raw form of mails after 90 days; what was understood and the text stay. Returns how many. */
export async function forgetRawMail(ctx: Ctx): Promise<number> {
  return dropRaw(ctx.db, new Date(ctx.clock.now().getTime() - RAW_KEPT), 500);
}

function act(
  action: string,
  row: Pick<InboundRow, "id" | "letter_id" | "organisation_id" | "contact_id">,
  detail: Record<string, unknown> = {},
) {
  return {
    action,
    letterId: row.letter_id,
    organisationId: row.organisation_id,
    contactId: row.contact_id,
    subjectId: row.id,
    detail,
  };
}
