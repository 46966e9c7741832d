import { MINUTE } from "../../platform/clock.js";
import { transaction, type Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { HARD_DEADLINE, type Mailer } from "../../platform/mailer.js";
import { suppressionJudge } from "../consent/service.js";
import { statesBefore, type MessageState } from "./message.js";
import { addressMails, renderMessage, type MailWords } from "./rendering-service.js";
import { changeStates, noteStates } from "./service.js";
import {
  claimDueMessages,
  lockExpired,
  lockLapsed,
  setSending,
  type MessageRow,
  type RenderedMessage,
  type StateChange,
} from "./store.js";
import {
  verdictWriter,
  type CommittedMail,
  type MailPolicy,
  type StopVerdict,
  type VerdictWriter,
} from "./verdict-service.js";
import { sponsorsOf } from "./views.js";

/** What sending needs beside the context. */
export interface Sending extends MailWords {
  mailer: Mailer;
  policy: MailPolicy;
  /** Ends running sends when the worker has to go. */
  signal?: AbortSignal;
}

const CLAIM_LEASE = 2 * MINUTE;
const SENDING_LEASE = HARD_DEADLINE + 5 * MINUTE;

/** What came of looking for due mail. */
export interface TakenMail {
  /** How many messages were due and free. */
  claimed: number;
  /** Those past their commit point, which now have to be sent. */
  mails: CommittedMail[];
}

/** Claims up to `limit` due messages and takes them past their commit point. */
export async function takeDueMail(ctx: Ctx, sending: Sending, limit: number): Promise<TakenMail> {
  const claim = await claimDueMail(ctx, limit);
  return { claimed: claim.rows.length, mails: await commitMail(ctx, sending, claim) };
}

/** Messages that nobody else takes while their lease lasts; nothing has been promised about them yet. */
export interface Claim {
  token: string;
  rows: MessageRow[];
}

/** Claims up to `limit` due messages. */
export async function claimDueMail(ctx: Ctx, limit: number): Promise<Claim> {
  const token = newId(ctx.clock);
  return transaction(ctx, async (tx) => {
    const now = tx.clock.now();
    const leaseUntil = new Date(now.getTime() + CLAIM_LEASE);
    const rows = await claimDueMessages(tx.db, { token, now, leaseUntil, limit });
    await noteStates(tx, rows);
    return { token, rows };
  });
}

/** Gives claimed messages back to the queue at once, instead of leaving that to their lease. */
export async function releaseClaim(ctx: Ctx, { token, rows }: Claim): Promise<void> {
  if (rows.length === 0) return;
  const changes = rows.map((row): StateChange => ({
    id: row.id,
    state: "queued",
    reason: "worker_stopped",
    token,
  }));
  await transaction(ctx, (tx) => changeStates(tx, changes, ["claimed"]));
}

/**
 * The commit point: locks, every stop rule again from rows, the mail rendered and stored, `sending` set. Returns the
 * mails that now have to be sent; what was stopped, or taken over after its lease, is not among them.
 */
export async function commitMail(
  ctx: Ctx,
  sending: Sending,
  { token, rows }: Claim,
): Promise<CommittedMail[]> {
  if (rows.length === 0) return [];
  const committed = await transaction(ctx, async (tx) => {
    await holdLocks(tx.db, {
      letter: rows.flatMap((row) => row.letter_id ?? []),
      organisation: rows.flatMap((row) => row.organisation_id ?? []),
      address: rows.map((row) => row.address_hash.toString("hex")),
      domain: rows.map((row) => row.to_email.split("@")[1] ?? ""),
      mailbox: [tx.settings.mailFrom],
    });
    const now = tx.clock.now();
    const { going, stopped } = await judge(tx, sending, rows, token);
    const fence = {
      token,
      now,
      leaseUntil: new Date(now.getTime() + SENDING_LEASE),
      transport: sending.mailer.transport,
    };
    const set = await setSending(
      tx.db,
      going.map((mail) => ({ ...mail, event_id: newId(tx.clock) })),
      fence,
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    const mails = going.filter((mail) => set.has(mail.id));
    const ended = await changeStates(tx, stopped, ["claimed"]);
    await sending.policy.settled(tx, ended);
    return mails.flatMap((mail) => {
      const row = byId.get(mail.id);
      return row ? [{ row, mail, at: now }] : [];
    });
  });
  return addressMails(ctx, token, committed);
}

async function judge(
  ctx: Ctx,
  sending: Sending,
  rows: readonly MessageRow[],
  token: string,
): Promise<{ going: RenderedMessage[]; stopped: StateChange[] }> {
  const now = ctx.clock.now();
  const outreach = rows.filter((row) => row.purpose === "outreach");
  const isSuppressed = await suppressionJudge(
    ctx,
    outreach.map((row) => row.address_hash),
  );
  const verdicts =
    outreach.length > 0 ? await sending.policy.mayGoOut(ctx, outreach) : new Map<string, StopVerdict>();
  const sponsors = await sponsorsOf(ctx, [...new Set(rows.flatMap((row) => row.letter_id ?? []))]);
  const going: RenderedMessage[] = [];
  const stopped: StateChange[] = [];
  for (const row of rows) {
    const stop = (state: MessageState, reason: string) => stopped.push({ id: row.id, state, reason, token });
    const verdict = verdicts.get(row.id);
    if (row.expires_at <= now) stop("expired", "too_late");
    else if (row.purpose !== "outreach") going.push(renderMessage(ctx, sending, row, sponsors, undefined));
    else if (isSuppressed(row.address_hash, row.letter_id)) stop("suppressed", "suppressed");
    else if (!verdict) stop("cancelled", "contact_gone");
    else if (!verdict.go) stop(verdict.to, verdict.reason);
    else going.push(renderMessage(ctx, sending, row, sponsors, verdict));
  }
  return { going, stopped };
}

/** Sends one committed mail and keeps its verdict. `onAnswer` is called as soon as the mail server has answered. */
export async function deliver(
  ctx: Ctx,
  sending: Sending,
  writer: VerdictWriter,
  mail: CommittedMail,
  onAnswer: () => void = () => {},
): Promise<void> {
  const verdict = await sending.mailer.send(mail.outgoing, sending.signal);
  onAnswer();
  await writer.write(mail, verdict);
  ctx.log.debug({ message: mail.id, verdict: verdict.kind, reason: verdict.reason }, "mail settled");
}

/** One tick of the protocol: claims up to `limit` due messages, sends them side by side, keeps the verdicts. Returns how many were claimed. */
export async function processDueMail(ctx: Ctx, sending: Sending, limit = 20): Promise<number> {
  const { claimed, mails } = await takeDueMail(ctx, sending, limit);
  const writer = verdictWriter(ctx, sending.policy);
  await Promise.all(mails.map((mail) => deliver(ctx, sending, writer, mail)));
  return claimed;
}

/**
 * Recovers what a dead worker left: claimed messages go back to the queue, since SMTP had provably not begun; those
 * that were sending become uncertain, and only a person or a late verdict moves them on.
 */
export async function recoverLeases(ctx: Ctx, policy: MailPolicy): Promise<number> {
  return transaction(ctx, async (tx) => {
    const now = tx.clock.now();
    const claimed = await lockLapsed(tx.db, "claimed", now, 200);
    const sending = await lockLapsed(tx.db, "sending", now, 200);
    const back = await changeStates(tx, all(claimed, "queued", "claim_lapsed"), ["claimed"]);
    const open = await changeStates(tx, all(sending, "uncertain", "no_verdict"), ["sending"]);
    await policy.settled(tx, open);
    return back.length + open.length;
  });
}

/** Ends messages that waited past their time; there is no burst after a standstill. */
export async function expireMessages(ctx: Ctx, policy: MailPolicy): Promise<number> {
  return transaction(ctx, async (tx) => {
    const ids = await lockExpired(tx.db, tx.clock.now(), 200);
    const rows = await changeStates(tx, all(ids, "expired", "too_late"), statesBefore("expired"));
    await policy.settled(tx, rows);
    return rows.length;
  });
}

function all(ids: readonly string[], state: MessageState, reason: string): StateChange[] {
  return ids.map((id) => ({ id, state, reason, token: null }));
}
