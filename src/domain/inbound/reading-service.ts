/**
 * Which mailboxes are read, how far each has been read, and by which worker: rows, so that any number of workers can
 * run and any of them may die. A lease is held by one reader a mailbox.
 */
import { DAY, MINUTE } from "../../platform/clock.js";
import { transaction, type Ctx } from "../../platform/context.js";
import { notFound } from "../../platform/errors.js";
import { newId } from "../../platform/ids.js";
import type { ImapAccount, ImapFault } from "../../platform/imap.js";
import { record } from "../activity/service.js";
import { imapAccount, mailboxesNow, settingsMailbox } from "../mail/mailbox-account-service.js";
import { createTask, settleTasks } from "../tasks/service.js";
import { requirePermission } from "../team/service.js";
import { ensureCursor, findCursor, setCursor, setLeased, takeLease } from "./cursor-store.js";
import { mailboxesToRead } from "./reading-views.js";

/** How long a reader may go without a sign of life before another worker takes its mailbox over. */
const LEASE = 3 * MINUTE;
/** Mail from before a mailbox was connected is none of our business, except for a few days of answers under way. */
const BEFORE = 7 * DAY;

/** The right to read one mailbox, and where to begin. */
export interface Reading {
  mailboxId: string;
  token: string;
  account: ImapAccount;
  since: Date;
}

/** The ids of the mailboxes that could be read now: an IMAP server is set, and nobody has to look into it first. */
export async function readableMailboxes(ctx: Ctx): Promise<string[]> {
  if (ctx.settings.imapUrl) await settingsMailbox(ctx);
  return mailboxesToRead(ctx, ctx.settings.imapUrl !== undefined);
}

/** Takes the right to read a mailbox; undefined while another worker has it, or while its settings stand refused. */
export async function beginReading(ctx: Ctx, mailboxId: string): Promise<Reading | undefined> {
  const mailbox = (await mailboxesNow(ctx, [mailboxId])).get(mailboxId);
  const account = mailbox && !mailbox.archived_at ? imapAccount(ctx, mailbox) : undefined;
  if (!mailbox || !account) return undefined;
  return transaction(ctx, async (tx) => {
    const now = tx.clock.now();
    await ensureCursor(tx.db, mailboxId, new Date(now.getTime() - BEFORE));
    const known = await findCursor(tx.db, mailboxId);
    if (known?.state === "paused" && known.paused_settings?.equals(fingerprint(tx, account)))
      return undefined;
    const token = newId(tx.clock);
    const until = new Date(now.getTime() + LEASE);
    const row = await takeLease(tx.db, mailboxId, { token, now, until });
    return row && { mailboxId, token, account, since: row.since };
  });
}

function fingerprint(ctx: Ctx, account: ImapAccount): Buffer {
  return ctx.keys.addressHash(
    JSON.stringify([
      account.host,
      account.port,
      account.security,
      account.user,
      account.password,
      account.folder,
    ]),
  );
}

/**
 * Says that a folder is open, and gets the uid to go on after: 0 where the server has numbered its mails anew
 * (RFC 3501 §2.3.1.1), so that all are read again; what is known already changes nothing. Undefined when the lease is lost.
 */
export async function openCursor(
  ctx: Ctx,
  { mailboxId, token }: Reading,
  uidValidity: number,
): Promise<number | undefined> {
  return transaction(ctx, async (tx) => {
    const row = await findCursor(tx.db, mailboxId);
    const isSame = row?.uid_validity === uidValidity;
    const lastUid = isSame ? row.last_uid : 0;
    const isOurs = await setLeased(tx.db, mailboxId, token, {
      uid_validity: uidValidity,
      last_uid: lastUid,
      state: "reading",
      state_reason: null,
      paused_settings: null,
      lease_until: new Date(tx.clock.now().getTime() + LEASE),
    });
    if (isOurs) await settleTasks(tx, "reading_paused", mailboxId);
    return isOurs ? lastUid : undefined;
  });
}

/** Keeps the lease, and how far the mailbox has been read. False when another worker has taken over. */
export async function keepReading(
  ctx: Ctx,
  { mailboxId, token }: Reading,
  lastUid: number,
): Promise<boolean> {
  const now = ctx.clock.now();
  return setLeased(ctx.db, mailboxId, token, {
    last_uid: lastUid,
    last_read_at: now,
    lease_until: new Date(now.getTime() + LEASE),
  });
}

/** Whether a mailbox is still to be read, and with the settings that the connection was made with. */
export async function isStillWanted(ctx: Ctx, { mailboxId, account }: Reading): Promise<boolean> {
  const mailbox = (await mailboxesNow(ctx, [mailboxId])).get(mailboxId);
  const now = mailbox && !mailbox.archived_at ? imapAccount(ctx, mailbox) : undefined;
  return now !== undefined && fingerprint(ctx, now).equals(fingerprint(ctx, account));
}

/** Lets go of a mailbox, because the worker stops. */
export async function endReading(ctx: Ctx, { mailboxId, token }: Reading): Promise<void> {
  await setLeased(ctx.db, mailboxId, token, { lease_token: null, lease_until: null, state: "waiting" });
}

/** What does not get better by trying again; a person has to look, and only reading stops meanwhile. */
const LASTING: ReadonlySet<ImapFault> = new Set(["login_refused", "folder_missing"]);

/** Lets go of a mailbox that could not be read. Returns whether to try again by itself. */
export async function noteReadingFault(ctx: Ctx, reading: Reading, fault: ImapFault): Promise<boolean> {
  const { mailboxId, token, account } = reading;
  const isLasting = LASTING.has(fault);
  return transaction(ctx, async (tx) => {
    const isOurs = await setLeased(tx.db, mailboxId, token, {
      lease_token: null,
      lease_until: null,
      state: isLasting ? "paused" : "waiting",
      state_reason: fault,
      paused_settings: isLasting ? fingerprint(tx, account) : null,
    });
    if (isOurs && isLasting) {
      await createTask(tx, { kind: "reading_paused", subjectId: mailboxId, detail: { reason: fault } });
      await record(tx, { action: "mailbox.reading_paused", subjectId: mailboxId, detail: { reason: fault } });
    }
    return !isLasting;
  });
}

/** Tries again to read a mailbox that was refused. Throws not_found. */
export async function retryReading(ctx: Ctx, mailboxId: string): Promise<void> {
  requirePermission(ctx, "outreach:write");
  await transaction(ctx, async (tx) => {
    const isThere = await setCursor(tx.db, mailboxId, {
      state: "waiting",
      state_reason: null,
      paused_settings: null,
    });
    if (!isThere) throw notFound("mailbox.unknown");
    await settleTasks(tx, "reading_paused", mailboxId);
    await record(tx, { action: "mailbox.reading_resumed", subjectId: mailboxId });
  });
}
