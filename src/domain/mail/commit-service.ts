import { MINUTE } from "../../platform/clock.js";
import type { Ctx } from "../../platform/context.js";
import { timedTransaction } from "../../platform/database-time.js";
import { newId } from "../../platform/ids.js";
import { holdLocks, holdSwitch } from "../../platform/locks.js";
import { HARD_DEADLINE, type Mailer } from "../../platform/mailer.js";
import { suppressionJudge } from "../consent/service.js";
import { capsFor, type Caps } from "./cap-service.js";
import { askToSend, raiseMark, type Guard } from "./guard-service.js";
import { mailboxesNow, readsReplies, returnPathOf, settingsMailbox } from "./mailbox-account-service.js";
import type { MailboxRow } from "./mailbox-store.js";
import {
  addressMails,
  mailerOf,
  renderMessage,
  withoutTooLarge,
  type MailWords,
  type WaysOut,
} from "./rendering-service.js";
import { ANSWER_TEMPLATE, SIGNER_UPDATE_TEMPLATE, type MessageState } from "./message.js";
import { changeStates } from "./service.js";
import { setSending, type MessageRow, type SendingMessage, type StateChange } from "./store.js";
import { isOutreachStopped, SENDING_STOPPED } from "./switch-service.js";
import type { CommittedMail, MailPolicy, StopVerdict } from "./verdict-service.js";
import { envelopeSender } from "./verp.js";
import { sponsorsOf } from "./views.js";

/** What sending needs beside the context. */
export interface Sending extends MailWords, WaysOut {
  policy: MailPolicy;
  /** Absent where mail is only told, as by the demonstration. */
  guard?: Guard | undefined;
  /** Ends running sends when the worker has to go. */
  signal?: AbortSignal;
}

const SENDING_LEASE = HARD_DEADLINE + 5 * MINUTE;

/** Messages that nobody else takes while their lease lasts; nothing has been promised about them yet. */
export interface Claim {
  token: string;
  rows: MessageRow[];
}

/**
 * The commit point: locks, the right database still, every stop rule again from rows, the mail rendered and stored,
 * `sending` set. Returns the mails that now have to be sent; what was stopped, or taken over after its lease, is not
 * among them. SMTP may begin when it returns: by then the mark outside the database says how far sending has come.
 */
export async function commitMail(
  ctx: Ctx,
  sending: Sending,
  { token, rows: claimed }: Claim,
): Promise<CommittedMail[]> {
  if (claimed.length === 0) return [];
  const { mails, arming, number } = await timedTransaction(ctx, async (tx) => {
    await holdSwitch(tx.db, "shared");
    const own = await settingsMailbox(tx);
    const rows = claimed.map((row) => ({ ...row, mailbox_id: row.mailbox_id ?? own.id }));
    await holdLocks(tx.db, {
      letter: rows.flatMap((row) => row.letter_id ?? []),
      organisation: rows.flatMap((row) => row.organisation_id ?? []),
      address: rows.map((row) => row.address_hash.toString("hex")),
      domain: rows.map((row) => row.to_email.split("@")[1] ?? ""),
      mailbox: rows.map((row) => row.mailbox_id),
    });
    const mailboxes = await waysOf(tx, sending, rows);
    const now = tx.clock.now();
    const pass = await askToSend(tx, sending);
    if (pass.halt) {
      await changeStates(tx, backToQueue(rows, token, "sending_halted"), ["claimed"]);
      return { mails: [], arming: undefined, number: 0 };
    }
    const { going, stopped } = await judge(tx, sending, rows, token, mailboxes);
    const fence = { token, now, leaseUntil: new Date(now.getTime() + SENDING_LEASE) };
    const set = await setSending(tx.db, going, fence);
    const ended = await changeStates(tx, stopped, ["claimed"]);
    await sending.policy.settled(tx, ended);
    const byId = new Map(rows.map((row) => [row.id, row]));
    const committed = going.flatMap((mail) => {
      const row = set.has(mail.id) ? byId.get(mail.id) : undefined;
      const way = mailboxes.get(mail.mailbox_id);
      return row && way ? [{ row, mail, ...way, at: now }] : [];
    });
    return {
      mails: await addressMails(tx, token, committed),
      arming: pass.arming,
      number: Math.max(0, ...set.values()),
    };
  });
  if (number > 0) {
    const raise = () => raiseMark(sending.guard, arming, number);
    await markOrGiveBack(ctx, { token, rows: claimed }, raise);
  }
  return mails;
}

/** SMTP begins only when the mark outside the database is kept; else it provably has not, and all go back. */
async function markOrGiveBack(ctx: Ctx, { token, rows }: Claim, raise: () => Promise<void>): Promise<void> {
  try {
    await raise();
  } catch (error) {
    await changeStates(ctx, backToQueue(rows, token, "mark_not_kept"), ["sending"]);
    throw error;
  }
}

function backToQueue(rows: readonly MessageRow[], token: string, reason: string): StateChange[] {
  return rows.map((row) => ({ id: row.id, state: "queued", reason, token, uncounted: true }));
}

const HELD_UP = { go: false, to: "held", reason: SENDING_STOPPED } as const;

/** A claimed message whose mailbox is settled. */
type AssignedRow = MessageRow & { mailbox_id: string };

interface Way {
  mailbox: MailboxRow;
  mailer: Mailer;
}

async function waysOf(
  ctx: Ctx,
  sending: Sending,
  rows: readonly AssignedRow[],
): Promise<ReadonlyMap<string, Way>> {
  const mailboxes = await mailboxesNow(
    ctx,
    rows.map((row) => row.mailbox_id),
  );
  return new Map(
    [...mailboxes].map(([id, mailbox]) => [id, { mailbox, mailer: mailerOf(ctx, sending, mailbox) }]),
  );
}

/** What decides about each mail of a batch, asked once for all of them. */
interface Asked {
  now: Date;
  token: string;
  ways: ReadonlyMap<string, Way>;
  isSuppressed: (addressHash: Buffer, letterId: string | null) => boolean;
  verdicts: ReadonlyMap<string, StopVerdict>;
  isHeldUp: boolean;
  caps: Caps;
}

async function judge(
  ctx: Ctx,
  sending: Sending,
  rows: readonly AssignedRow[],
  token: string,
  ways: ReadonlyMap<string, Way>,
): Promise<{ going: SendingMessage[]; stopped: StateChange[] }> {
  const outreach = rows.filter((row) => row.purpose === "outreach");
  const minding = rows.filter(mindsSuppression).map((row) => row.address_hash);
  const asked: Asked = {
    now: ctx.clock.now(),
    token,
    ways,
    isSuppressed: await suppressionJudge(ctx, minding),
    verdicts: outreach.length > 0 ? await sending.policy.mayGoOut(ctx, outreach) : new Map(),
    isHeldUp: outreach.length > 0 && (await isOutreachStopped(ctx)),
    caps: await capsFor(ctx, outreach),
  };
  const sponsors = await sponsorsOf(ctx, [...new Set(rows.flatMap((row) => row.letter_id ?? []))]);
  const going: SendingMessage[] = [];
  const stopped: StateChange[] = [];
  for (const row of rows) {
    const way = ways.get(row.mailbox_id);
    const stop = stopOf(row, asked);
    if (stop || !way) stopped.push(stop ?? waitForMailbox(row, token));
    else going.push(sendingMessage(ctx, sending, row, sponsors, way, asked.verdicts.get(row.id)));
  }
  return withoutTooLarge({ going, stopped }, outreach, token);
}

/** What keeps one mail from going now; undefined when it goes, which uses up room under its caps. */
function stopOf(row: AssignedRow, asked: Asked): StateChange | undefined {
  const { now, token, caps } = asked;
  const stop = (state: MessageState, reason: string): StateChange => ({ id: row.id, state, reason, token });
  const way = asked.ways.get(row.mailbox_id);
  if (!way || isStopped(way.mailbox)) return waitForMailbox(row, token);
  if (row.expires_at <= now) return stop("expired", "too_late");
  if (mindsSuppression(row) && asked.isSuppressed(row.address_hash, row.letter_id)) {
    return stop("suppressed", "suppressed");
  }
  if (row.purpose !== "outreach") return undefined;
  const verdict = asked.verdicts.get(row.id);
  if (!verdict) return stop("cancelled", "contact_gone");
  if (!verdict.go) return stopBy(row, verdict, token);
  if (asked.isHeldUp) return stopBy(row, HELD_UP, token);
  const until = caps.take(row, verdict.times?.opensAt);
  if (until <= now) return undefined;
  return stopBy(row, { ...verdict, go: false, to: "later", reason: "cap", until }, token);
}

function sendingMessage(
  ctx: Ctx,
  sending: Sending,
  row: AssignedRow,
  sponsors: Awaited<ReturnType<typeof sponsorsOf>>,
  { mailbox, mailer }: Way,
  verdict: StopVerdict | undefined,
): SendingMessage {
  const from = { email: mailbox.from_email, readsReplies: readsReplies(ctx, mailbox) };
  return {
    ...renderMessage(ctx, sending, row, sponsors, verdict?.go ? verdict : undefined, from),
    event_id: newId(ctx.clock),
    mailbox_id: mailbox.id,
    envelope_from: envelopeSender(ctx.keys, returnPathOf(mailbox), row.id),
    transport: mailer.transport,
  };
}

/**
 * What nobody gets who said stop: outreach, and what a person writes, to one or to all signers; a mail that somebody's
 * own act causes goes out.
 */
function mindsSuppression({ purpose, template }: MessageRow): boolean {
  return purpose === "outreach" || template === ANSWER_TEMPLATE || template === SIGNER_UPDATE_TEMPLATE;
}

function isStopped({ state, archived_at: archivedAt }: MailboxRow): boolean {
  return state === "paused" || archivedAt !== null;
}

/** Back to the queue, where it is not claimed before a person lets the mailbox go on. */
function waitForMailbox({ id }: MessageRow, token: string): StateChange {
  return { id, state: "queued", reason: "mailbox_paused", token, uncounted: true };
}

function stopBy(row: MessageRow, verdict: Exclude<StopVerdict, { go: true }>, token: string): StateChange {
  const base = { id: row.id, reason: verdict.reason, token };
  switch (verdict.to) {
    case "later": {
      const wait = row.expires_at.getTime() - row.due_at.getTime();
      const expiresAt = verdict.times?.expiresAt(verdict.until) ?? new Date(verdict.until.getTime() + wait);
      return { ...base, state: "queued", dueAt: verdict.until, expiresAt, uncounted: true };
    }
    case "held":
      return { ...base, state: "queued", heldReason: verdict.reason, uncounted: true };
    default:
      return { ...base, state: verdict.to };
  }
}
