/** What administrators do with mailboxes. Passwords and keys go in and never come out again. */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { readDkimKey } from "../../platform/dkim-key.js";
import { conflict, invalid, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { settleTasks } from "../tasks/service.js";
import { requirePermission, staffId } from "../team/service.js";
import { colleague } from "../team/views.js";
import { mailboxesNow, sealSecret } from "./mailbox-account-service.js";
import { changeMailboxCommand, createMailboxCommand, pauseMailboxCommand } from "./mailbox-commands.js";
import { misfits } from "./mailbox.js";
import {
  countWaiting,
  insertMailbox,
  lockMailbox,
  postponeWaiting,
  updateMailbox,
  type MailboxRow,
} from "./mailbox-store.js";
import { mailerOf, type WaysOut } from "./rendering-service.js";
import { queueMail } from "./service.js";

type Fields = z.output<typeof changeMailboxCommand>;

/** Adds a mailbox with an account of its own. Returns its id. */
export async function createMailbox(ctx: Ctx, input: z.input<typeof createMailboxCommand>): Promise<string> {
  requirePermission(ctx, "mailboxes:manage");
  const command = parse(createMailboxCommand, input);
  const id = newId(ctx.clock);
  const columns = { ...EMPTY, ...columnsOf(ctx, id, command) };
  refuseMisfits(columns);
  await transaction(ctx, async (tx) => {
    await insertMailbox(tx.db, {
      id,
      kind: "account",
      ...columns,
      name: command.name,
      from_email: command.from_email,
      created_by: staffId(tx),
      created_at: tx.clock.now(),
    });
    await record(tx, { action: "mailbox.created", subjectId: id });
  });
  return id;
}

/** Fields of which the mailbox of the settings has its own; the rest stands in the settings. */
const OWN_FIELDS = new Set(["name", "foreign_envelope", "cap_day", "cap_minute"]);

/**
 * Changes a mailbox. Throws conflict when somebody else has changed it since `row_version`, and invalid where the
 * parts don't fit together or belong to the settings.
 */
export async function changeMailbox(
  ctx: Ctx,
  id: string,
  input: z.input<typeof changeMailboxCommand>,
): Promise<void> {
  requirePermission(ctx, "mailboxes:manage");
  const command = parse(changeMailboxCommand, input);
  await transaction(ctx, async (tx) => {
    const row = await held(tx, id);
    if (row.row_version !== command.row_version) throw conflict("mailbox.changed_meanwhile");
    const columns = columnsOf(tx, row.id, command);
    if (row.kind === "settings") {
      const foreign = Object.keys(columns).filter((field) => !OWN_FIELDS.has(field));
      if (foreign.length > 0) {
        const fields = foreign.map((field) => [field, "errors.mailbox.in_settings"]);
        throw invalid("mailbox.in_settings", Object.fromEntries(fields) as Record<string, string>);
      }
    } else {
      refuseMisfits({ ...row, ...columns });
      refuseMovedPasswords(row, columns);
    }
    await updateMailbox(tx.db, row.id, columns);
    await record(tx, {
      action: "mailbox.changed",
      subjectId: row.id,
      detail: { fields: Object.keys(columns) },
    });
  });
}

const EMPTY = {
  smtp_host: null,
  smtp_security: null,
  smtp_user: null,
  imap_host: null,
  imap_port: null,
  imap_security: null,
  imap_user: null,
  dkim_domain: null,
  dkim_selector: null,
  dkim_key: null,
  bounce_domain: null,
} satisfies Partial<MailboxRow>;

/** The columns that a form names; secrets are sealed, and end with what they belong to. */
function columnsOf(ctx: Ctx, id: string, fields: Omit<Fields, "row_version">): Partial<MailboxRow> {
  const { smtp_password, imap_password, dkim_key, imap_folder, ...rest } = fields;
  const seal = (column: "smtp_password" | "imap_password" | "dkim_key", text: string | null | undefined) =>
    text === undefined ? {} : { [column]: text === null ? null : sealSecret(ctx, id, column, text) };
  refuseKey(dkim_key);
  const plain = Object.fromEntries(
    Object.entries(rest).filter(([name, value]) => value !== undefined && name !== "row_version"),
  ) as Partial<MailboxRow>;
  const reads = plain.imap_host
    ? {
        imap_security: plain.imap_security ?? "tls",
        imap_port: plain.imap_port ?? (plain.imap_security === "starttls" ? 143 : 993),
      }
    : {};
  return {
    ...plain,
    ...reads,
    ...(imap_folder === undefined ? {} : { imap_folder: imap_folder ?? "INBOX" }),
    ...seal("smtp_password", plain.smtp_user === null ? null : smtp_password),
    ...seal("imap_password", plain.imap_user === null ? null : imap_password),
    ...seal("dkim_key", plain.dkim_domain === null && plain.dkim_selector === null ? null : dkim_key),
  };
}

function refuseKey(pem: string | null | undefined): void {
  if (!pem) return;
  const key = readDkimKey(pem);
  if ("fault" in key) throw invalid("form.invalid", { dkim_key: `errors.mailbox.key_${key.fault}` });
}

function refuseMisfits(row: Partial<MailboxRow>): void {
  const shape = { ...EMPTY, from_email: "", ...row };
  const faults = misfits(shape, shape.dkim_key !== null);
  if (Object.keys(faults).length > 0) throw invalid("form.invalid", faults);
}

/** A kept password is for the server it was given for: another one must not get it by a change of the host's name. */
function refuseMovedPasswords(row: MailboxRow, columns: Partial<MailboxRow>): void {
  const pairs = [
    ["smtp_host", "smtp_password"],
    ["imap_host", "imap_password"],
  ] as const;
  const moved = pairs.filter(
    ([host, password]) =>
      columns[host] && columns[host] !== row[host] && row[password] && columns[password] === undefined,
  );
  if (moved.length === 0) return;
  throw invalid(
    "form.invalid",
    Object.fromEntries(moved.map(([, password]) => [password, "errors.mailbox.password_again"])),
  );
}

/** Stops a mailbox: its mails wait in the queue until somebody lets it go on. */
export async function pauseMailbox(
  ctx: Ctx,
  id: string,
  input: z.input<typeof pauseMailboxCommand>,
): Promise<void> {
  requirePermission(ctx, "mailboxes:manage");
  const { reason } = parse(pauseMailboxCommand, input);
  await transaction(ctx, async (tx) => {
    const row = await held(tx, id);
    if (row.state === "paused") throw conflict("mailbox.paused_already");
    const pause = { state: "paused", paused_reason: reason, paused_at: tx.clock.now() } as const;
    await updateMailbox(tx.db, row.id, pause);
    await record(tx, { action: "mailbox.paused", subjectId: row.id, detail: { reason: "by_hand" } });
  });
}

/**
 * Lets a paused mailbox go on. Its standing is counted afresh, and mails that waited get the time they would have had,
 * so that the pause itself doesn't end them.
 */
export async function resumeMailbox(ctx: Ctx, id: string): Promise<void> {
  requirePermission(ctx, "mailboxes:manage");
  await transaction(ctx, async (tx) => {
    const row = await held(tx, id);
    if (row.state !== "paused") throw conflict("mailbox.not_paused");
    const now = tx.clock.now();
    const change = { state: "active", paused_reason: null, paused_at: null, resumed_at: now } as const;
    await updateMailbox(tx.db, row.id, change);
    const waited = await postponeWaiting(tx.db, row, now);
    await settleTasks(tx, "mailbox_paused", row.id);
    await record(tx, { action: "mailbox.resumed", subjectId: row.id, detail: { waited } });
  });
}

/** Puts a mailbox away for good. Throws conflict while mails wait for it, and for the one of the settings. */
export async function archiveMailbox(ctx: Ctx, id: string): Promise<void> {
  requirePermission(ctx, "mailboxes:manage");
  await transaction(ctx, async (tx) => {
    const row = await held(tx, id);
    if (row.kind === "settings") throw conflict("mailbox.in_settings");
    if ((await countWaiting(tx.db, row.id)) > 0) throw conflict("mailbox.mails_wait");
    await updateMailbox(tx.db, row.id, { archived_at: tx.clock.now() });
    await settleTasks(tx, "mailbox_paused", row.id);
    await record(tx, { action: "mailbox.archived", subjectId: row.id });
  });
}

/** What came of trying a mailbox. */
export type MailboxTrial = { ok: true } | { ok: false; reason: string; reply: string | null };

/** Connects to the mailbox's server and logs in, without sending anything. */
export async function tryMailbox(ctx: Ctx, ways: WaysOut, id: string): Promise<MailboxTrial> {
  requirePermission(ctx, "mailboxes:manage");
  const row = isUuid(id) ? (await mailboxesNow(ctx, [id])).get(id) : undefined;
  if (!row || row.archived_at) throw notFound("mailbox.unknown");
  const fault = await mailerOf(ctx, ways, row).check?.();
  await record(ctx, { action: "mailbox.tried", subjectId: row.id, detail: { ok: !fault } });
  return fault ? { ok: false, reason: fault.reason, reply: fault.reply } : { ok: true };
}

/** Queues a test mail from a mailbox to the member of staff who asks for it. Returns the message's id. */
export async function sendTestMail(ctx: Ctx, id: string): Promise<string> {
  requirePermission(ctx, "mailboxes:manage");
  const self = staffId(ctx);
  if (!self) throw invalid("mailbox.nobody_to_write_to");
  return transaction(ctx, async (tx) => {
    const row = await held(tx, id);
    const { email, name } = await colleague(tx, self);
    const queued = await queueMail(tx, {
      purpose: "test",
      sendKey: `mailbox-test:${newId(tx.clock)}`,
      template: "mailbox-test",
      data: { name, mailbox: row.name, address: row.from_email },
      language: "en",
      to: { email, name },
      mailboxId: row.id,
    });
    await record(tx, { action: "mailbox.test_mail", subjectId: row.id });
    return queued ?? "";
  });
}

/** A mailbox that is in use, held with the lock that the commit point takes. */
async function held(ctx: Ctx, id: string): Promise<MailboxRow> {
  if (!isUuid(id)) throw notFound("mailbox.unknown");
  await holdLocks(ctx.db, { mailbox: [id] });
  const row = await lockMailbox(ctx.db, id);
  if (!row || row.archived_at) throw notFound("mailbox.unknown");
  return row;
}
