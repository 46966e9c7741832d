/** One mail to everybody who signed a letter: written, looked at, tried on oneself, then queued by the worker. */
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, forbidden, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { isSuppressed } from "../consent/service.js";
import { letterToAnswer } from "../invitations/letter-service.js";
import { findLetter } from "../letters/service.js";
import { linkPlaceholder } from "../links/link.js";
import { makeLink } from "../links/service.js";
import { SIGNER_UPDATE_TEMPLATE } from "../mail/message.js";
import { queueMail } from "../mail/service.js";
import { answeringStaffId, requirePermission, staffId } from "../team/service.js";
import { secondOf } from "./bulk-service.js";
import { needsSecondPerson } from "./second-person.js";
import { signerMailActCommand, signerMailCommand } from "./signer-mail-commands.js";
import {
  TOLD_STATES,
  deleteSignerMail,
  freezeRecipients,
  hasOpenRecipients,
  insertSignerMail,
  listSending,
  lockRecipients,
  lockSignerMail,
  setRecipient,
  setSignerMail,
  type OpenRecipient,
  type SignerMailRow,
} from "./signer-mail-store.js";
import {
  countSigners,
  listSignerMails,
  signerMailDetail,
  staffAddress,
  type SignerMailLine,
} from "./signer-mail-views.js";

/** The mails to the signatories of a letter, newest first, and how many addresses another one would reach. */
export async function browseSignerMails(
  ctx: Ctx,
  slug: string,
): Promise<{ mails: SignerMailLine[]; signers: number }> {
  requirePermission(ctx, "signatures:read");
  const letter = await findLetter(ctx, slug);
  return { mails: await listSignerMails(ctx, letter.slug), signers: await countSigners(ctx, letter.id) };
}

/** One with how far it is. Throws not_found. */
export async function showSignerMail(
  ctx: Ctx,
  id: string,
): Promise<{ mail: SignerMailLine; signers: number; may: "yes" | "alone" | "no" }> {
  requirePermission(ctx, "signatures:read");
  const mail = isUuid(id) ? await signerMailDetail(ctx, id) : undefined;
  if (!mail) throw notFound("signer_mail.unknown");
  const may = mail.state === "waiting" ? await secondOf(ctx, [mail.written_by, mail.started_by]) : "no";
  return { mail, signers: await countSigners(ctx, mail.letter_id), may };
}

/** Keeps a mail as a draft. Throws invalid without subject or text, not_found for an unknown letter. */
export async function writeSignerMail(ctx: Ctx, slug: string, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "signatures:review");
  const command = parse(signerMailCommand, input);
  const letter = await findLetter(ctx, slug);
  return transaction(ctx, async (tx) => {
    const id = newId(tx.clock);
    await insertSignerMail(tx.db, {
      id,
      letter_id: letter.id,
      subject: command.subject,
      body_md: command.body,
      state: "draft",
      written_by: answeringStaffId(tx),
      created_at: tx.clock.now(),
      started_by: null,
      started_at: null,
      approved_by: null,
      finished_at: null,
      row_version: 1,
    });
    await record(tx, { action: "signer_mail.written", letterId: letter.id, subjectId: id });
    return { id };
  });
}

/** Writes a draft anew. Throws conflict once it has begun, or when it was changed since `row_version`. */
export async function changeSignerMail(ctx: Ctx, id: string, input: unknown): Promise<void> {
  requirePermission(ctx, "signatures:review");
  const command = parse(signerMailCommand, input);
  await act(ctx, id, ["draft"], input, async (tx, row) => {
    await setSignerMail(tx.db, id, {
      subject: command.subject,
      body_md: command.body,
      written_by: answeringStaffId(tx),
    });
    await record(tx, { action: "signer_mail.changed", letterId: row.letter_id, subjectId: id });
  });
}

/** Deletes one that has not begun. */
export async function removeSignerMail(ctx: Ctx, id: string): Promise<void> {
  await act(ctx, id, ["draft", "waiting"], {}, async (tx, row) => {
    await deleteSignerMail(tx.db, id);
    await record(tx, { action: "signer_mail.deleted", letterId: row.letter_id, subjectId: id });
  });
}

/** Sends it to the staff member who asks, and to nobody else; each time anew. */
export async function testSignerMail(ctx: Ctx, id: string): Promise<void> {
  await act(ctx, id, ["draft", "waiting", "sending", "sent"], {}, async (tx, row) => {
    await copyTo(tx, row, staffId(tx), `signer-update-test:${newId(tx.clock)}`, "test");
  });
}

/**
 * Sends it to everybody who has signed by now, one mail an address. More than fifty wait for a second person. Throws
 * conflict when it has begun before, or when nobody has signed.
 */
export async function sendSignerMail(
  ctx: Ctx,
  id: string,
  input: unknown = {},
): Promise<{ state: SignerMailRow["state"]; recipients: number }> {
  return act(ctx, id, ["draft"], input, async (tx, row) => {
    const recipients = await freezeRecipients(tx.db, row);
    if (recipients === 0) throw conflict("signer_mail.nobody");
    const state = needsSecondPerson(recipients) ? "waiting" : "sending";
    await setSignerMail(tx.db, id, { state, started_by: answeringStaffId(tx), started_at: tx.clock.now() });
    await record(tx, {
      action: "signer_mail.started",
      letterId: row.letter_id,
      subjectId: id,
      detail: { recipients, state },
    });
    return { state, recipients };
  });
}

/** Lets a waiting one go out. Throws forbidden for those who wrote or started it, while somebody else could look at it. */
export async function approveSignerMail(ctx: Ctx, id: string, input: unknown = {}): Promise<void> {
  await act(ctx, id, ["waiting"], input, async (tx, row) => {
    const may = await secondOf(tx, [row.written_by, row.started_by]);
    if (may === "no") throw forbidden("signer_mail.own");
    await setSignerMail(tx.db, id, { state: "sending", approved_by: staffId(tx) });
    await record(tx, {
      action: "signer_mail.approved",
      letterId: row.letter_id,
      subjectId: id,
      detail: { alone: may === "alone" },
    });
  });
}

async function act<T>(
  ctx: Ctx,
  id: string,
  from: readonly SignerMailRow["state"][],
  input: unknown,
  work: (tx: Ctx, row: SignerMailRow) => Promise<T>,
): Promise<T> {
  requirePermission(ctx, "signatures:review");
  const { row_version: seen } = parse(signerMailActCommand, input);
  return transaction(ctx, async (tx) => {
    const row = isUuid(id) ? await lockSignerMail(tx.db, id) : undefined;
    if (!row) throw notFound("signer_mail.unknown");
    if (seen !== undefined && seen !== row.row_version) throw conflict("signer_mail.stale");
    if (!from.includes(row.state)) throw conflict("signer_mail.not_now");
    return work(tx, row);
  });
}

const BATCH = 100;

/** Queues what is to go out, some recipients a transaction. Returns how many; for the system only. */
export async function workOnSignerMails(ctx: Ctx): Promise<number> {
  if (ctx.actor.kind !== "system") throw forbidden("team.not_allowed");
  let done = 0;
  for (const { id } of await listSending(ctx.db)) done += await queueBatch(ctx, id);
  return done;
}

async function queueBatch(ctx: Ctx, id: string): Promise<number> {
  return transaction(ctx, async (tx) => {
    const row = await lockSignerMail(tx.db, id);
    if (row?.state !== "sending") return 0;
    const recipients = await lockRecipients(tx.db, id, BATCH);
    for (const recipient of recipients) await queueFor(tx, row, recipient);
    if (recipients.length < BATCH && !(await hasOpenRecipients(tx.db, id))) {
      await copyTo(tx, row, row.started_by, `signer-update-copy:${id}`, "transactional");
      await setSignerMail(tx.db, id, { state: "sent", finished_at: tx.clock.now() });
      await record(tx, { action: "signer_mail.sent", letterId: row.letter_id, subjectId: id });
      return recipients.length + 1;
    }
    return recipients.length;
  });
}

/** One mail; nobody gets it who has said stop for this letter, or whose entry no longer stands. */
async function queueFor(tx: Ctx, row: SignerMailRow, to: OpenRecipient): Promise<void> {
  const at = tx.clock.now();
  const done = (outcome: "queued" | "stopped" | "left") =>
    setRecipient(tx.db, row.id, to.signature_id, outcome, at);
  if (!(TOLD_STATES as readonly string[]).includes(to.state)) return done("left");
  if (await isSuppressed(tx, tx.keys.addressHash(to.signatory_email), row.letter_id)) return done("stopped");
  const letter = await letterToAnswer(tx, row.letter_id, to.language);
  const id = newId(tx.clock);
  const unsubscribe = await makeLink(tx, "unsubscribe", id);
  await queueMail(tx, {
    id,
    purpose: "transactional",
    sendKey: `signer-update:${row.id}:${to.signature_id}`,
    template: SIGNER_UPDATE_TEMPLATE,
    data: {
      subject: row.subject,
      body: row.body_md,
      organisation: to.display_name,
      letterTitle: letter.title.replace(/[.\s]+$/u, ""),
      unsubscribe: linkPlaceholder(unsubscribe.id),
      unsubscribe_scope: "letter",
    },
    language: to.language,
    to: { email: to.signatory_email, name: to.signatory_name },
    letterId: row.letter_id,
    organisationId: to.organisation_id,
  });
  return done("queued");
}

/** A copy for staff, which says the same and has no way to stop. */
async function copyTo(
  tx: Ctx,
  row: SignerMailRow,
  staff: string | null,
  sendKey: string,
  purpose: "test" | "transactional",
): Promise<void> {
  const to = staff === null ? undefined : await staffAddress(tx, staff);
  if (!to) return;
  const letter = await letterToAnswer(tx, row.letter_id);
  await queueMail(tx, {
    purpose,
    sendKey,
    template: SIGNER_UPDATE_TEMPLATE,
    data: {
      subject: row.subject,
      body: row.body_md,
      organisation: letter.sponsorName,
      letterTitle: letter.title.replace(/[.\s]+$/u, ""),
    },
    language: "en",
    to,
    letterId: row.letter_id,
  });
}
