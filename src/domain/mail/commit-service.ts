import { MINUTE } from "../../platform/clock.js";
import { transaction, type Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { HARD_DEADLINE, type Mailer } from "../../platform/mailer.js";
import { suppressionJudge } from "../consent/service.js";
import { capsFor } from "./cap-service.js";
import { addressMails, renderMessage, type MailWords } from "./rendering-service.js";
import type { MessageState } from "./message.js";
import { changeStates } from "./service.js";
import { setSending, type MessageRow, type RenderedMessage, type StateChange } from "./store.js";
import type { CommittedMail, MailPolicy, StopVerdict } from "./verdict-service.js";
import { sponsorsOf } from "./views.js";

/** What sending needs beside the context. */
export interface Sending extends MailWords {
  mailer: Mailer;
  policy: MailPolicy;
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
    const { going, stopped } = await judge(atOneTime(tx, now), sending, rows, token);
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

/** One time for all that is judged together, so that caps and windows hold for the very time that is kept. */
function atOneTime(ctx: Ctx, now: Date): Ctx {
  return { ...ctx, clock: { now: () => now } };
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
  const caps = await capsFor(ctx, outreach);
  const going: RenderedMessage[] = [];
  const stopped: StateChange[] = [];
  for (const row of rows) {
    const stop = (state: MessageState, reason: string) => stopped.push({ id: row.id, state, reason, token });
    const verdict = verdicts.get(row.id);
    if (row.expires_at <= now) stop("expired", "too_late");
    else if (row.purpose !== "outreach") going.push(renderMessage(ctx, sending, row, sponsors, undefined));
    else if (isSuppressed(row.address_hash, row.letter_id)) stop("suppressed", "suppressed");
    else if (!verdict) stop("cancelled", "contact_gone");
    else if (!verdict.go) stopped.push(stopBy(row, verdict, token));
    else {
      const until = caps.take(row, verdict.times?.opensAt);
      if (until <= now) going.push(renderMessage(ctx, sending, row, sponsors, verdict));
      else stopped.push(stopBy(row, { ...verdict, go: false, to: "later", reason: "cap", until }, token));
    }
  }
  return { going, stopped };
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
