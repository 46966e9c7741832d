import { MINUTE } from "../../platform/clock.js";
import { transaction, type Ctx } from "../../platform/context.js";
import { timedTransaction } from "../../platform/database-time.js";
import { newId } from "../../platform/ids.js";
import { commitMail, type Claim, type Sending } from "./commit-service.js";
import type { Halt } from "./arming.js";
import { askToSend } from "./guard-service.js";
import { statesBefore, type MessageState } from "./message.js";
import { changeStates, noteStates } from "./service.js";
import { claimDueMessages, lockExpired, lockLapsed, type StateChange } from "./store.js";
import { verdictWriter, type CommittedMail, type MailPolicy, type VerdictWriter } from "./verdict-service.js";

const CLAIM_LEASE = 2 * MINUTE;

/** What came of looking for due mail. */
export interface TakenMail {
  /** How many messages were due and free. */
  claimed: number;
  /** Those past their commit point, which now have to be sent. */
  mails: CommittedMail[];
}

/** Claims up to `limit` due messages and takes them past their commit point. */
export async function takeDueMail(ctx: Ctx, sending: Sending, limit: number): Promise<TakenMail> {
  const claim = await claimDueMail(ctx, sending, limit);
  return { claimed: claim.rows.length, mails: await commitMail(ctx, sending, claim) };
}

/** Looks whether anything keeps this process from sending; the policy hears of it. */
export async function lookForHalt(ctx: Ctx, sending: Sending): Promise<Halt | undefined> {
  return timedTransaction(ctx, async (tx) => {
    const { halt } = await askToSend(tx, sending);
    if (halt) await sending.policy.halted?.(tx, halt);
    return halt;
  });
}

/** Claims up to `limit` due messages; none while sending is halted, which the policy then hears. */
export async function claimDueMail(ctx: Ctx, sending: Sending, limit: number): Promise<Claim> {
  const token = newId(ctx.clock);
  return timedTransaction(ctx, async (tx) => {
    if (await lookForHalt(tx, sending)) return { token, rows: [] };
    const now = tx.clock.now();
    const workerId = sending.guard?.worker?.id ?? null;
    const leaseUntil = new Date(now.getTime() + CLAIM_LEASE);
    const rows = await claimDueMessages(tx.db, { token, now, leaseUntil, limit, workerId });
    await noteStates(tx, rows);
    return { token, rows };
  });
}

/**
 * Gives messages back to the queue at once, instead of leaving that to their lease. The caller knows that SMTP has not
 * begun for any of them, also where a commit point may have been reached without an answer.
 */
export async function releaseClaim(
  ctx: Ctx,
  { token, rows }: Claim,
  reason = "worker_stopped",
): Promise<void> {
  if (rows.length === 0) return;
  const changes = rows.map((row): StateChange => ({
    id: row.id,
    state: "queued",
    reason,
    token,
    uncounted: true,
  }));
  await transaction(ctx, (tx) => changeStates(tx, changes, ["claimed", "sending"]));
}

/** Sends one committed mail and keeps its verdict. `onAnswer` is called as soon as the mail server has answered. */
export async function deliver(
  ctx: Ctx,
  sending: Sending,
  writer: VerdictWriter,
  mail: CommittedMail,
  onAnswer: () => void = () => {},
): Promise<void> {
  const verdict = await mail.mailer.send(mail.outgoing, sending.signal);
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
  return timedTransaction(ctx, async (tx) => {
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
  return timedTransaction(ctx, async (tx) => {
    const ids = await lockExpired(tx.db, tx.clock.now(), 200);
    const rows = await changeStates(tx, all(ids, "expired", "too_late"), statesBefore("expired"));
    await policy.settled(tx, rows);
    return rows.length;
  });
}

function all(ids: readonly string[], state: MessageState, reason: string): StateChange[] {
  return ids.map((id) => ({ id, state, reason, token: null }));
}
