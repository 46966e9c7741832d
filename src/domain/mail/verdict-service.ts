import { setTimeout as waitFor } from "node:timers/promises";
import { SECOND } from "../../platform/clock.js";
import type { Ctx } from "../../platform/context.js";
import { timedTransaction } from "../../platform/database-time.js";
import { isDatabaseDown } from "../../platform/db.js";
import type { Mailer, OutgoingMail } from "../../platform/mailer.js";
import type { SendVerdict } from "../../platform/mailer-verdict.js";
import type { Halt } from "./arming.js";
import { mailboxFault } from "./mailbox.js";
import { judgeMailbox, keepSenderFaults, pauseByItself } from "./mailbox-health-service.js";
import { backOff, type MessagePurpose, type MessageState } from "./message.js";
import { replyClass } from "./reply-class.js";
import { changeStates } from "./service.js";
import type { MessageRow, StateChange } from "./store.js";

/** When a message may go by its reader's clock, and how long it is worth sending when it is due at a time. */
export interface SendTimes {
  opensAt: (at: Date) => Date;
  expiresAt: (at: Date) => Date;
}

/**
 * What is said of a message at the commit point, from the rows as they are then. `later`: back to the queue until a
 * window opens or a cap has room, without counting the attempt. `held`: not due until somebody lets it go on. Without
 * `times` it may go at any time, and what waits is worth sending for as long as before.
 */
export type StopVerdict =
  | {
      go: true;
      data: Record<string, unknown>;
      why: { key: string; args: Record<string, unknown> };
      times?: SendTimes;
    }
  | { go: false; to: "cancelled" | "suppressed" | "blocked" | "held"; reason: string }
  | { go: false; to: "later"; reason: string; until: Date; times?: SendTimes };

/** What a higher concept gets to know of a message. */
export type PolicyMessage = Pick<
  MessageRow,
  | "id"
  | "purpose"
  | "state"
  | "state_reason"
  | "letter_id"
  | "organisation_id"
  | "contact_id"
  | "to_email"
  | "enrolment_id"
  | "mailbox_id"
  | "step_id"
  | "message_id"
  | "thread_references"
  | "subject"
  | "data"
  | "sending_at"
  | "lease_until"
> & {
  /** Where it has just come from, when this is about a change. */
  state_before?: MessageState;
};

/** What higher concepts have a say in, handed down because arrows only point downwards. */
export interface MailPolicy {
  /** Judges outreach messages inside the transaction that commits to the send; every id gets a verdict. */
  mayGoOut(ctx: Ctx, messages: readonly PolicyMessage[]): Promise<Map<string, StopVerdict>>;
  /** Hears of messages with a new state, of their own accord or of a verdict, inside the transaction that says so. */
  settled(ctx: Ctx, messages: readonly PolicyMessage[]): Promise<void>;
  /** Hears that nothing is sent at present, and why, inside the transaction that found it out. */
  halted?(ctx: Ctx, halt: Halt): Promise<void>;
  /** Hears that sending goes on by itself. */
  resumed?(ctx: Ctx): Promise<void>;
}

/** A message past its commit point, with the claim that may write its verdict. */
export interface CommittedMail {
  id: string;
  token: string;
  attempts: number;
  purpose: MessagePurpose;
  mailboxId: string;
  mailer: Mailer;
  outgoing: OutgoingMail;
}

/** Takes verdicts as they come and keeps them, several in one transaction when several are there. */
export interface VerdictWriter {
  write(mail: CommittedMail, verdict: SendVerdict): Promise<void>;
}

/** A verdict with the mail it is about. */
interface Judged {
  mail: CommittedMail;
  verdict: SendVerdict;
}

/**
 * A writer that tries again for a minute when the database can't be reached, since a verdict is hard to come by
 * twice; not longer than `signal` lets it.
 */
export function verdictWriter(ctx: Ctx, policy: MailPolicy, signal?: AbortSignal): VerdictWriter {
  let waiting: (Judged & { done: () => void; failed: (error: unknown) => void })[] = [];
  let isWriting = false;
  async function drain(): Promise<void> {
    isWriting = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await persist(() => saveVerdicts(ctx, policy, batch), signal);
        await judgeMailboxes(ctx, batch).catch((error: unknown) =>
          ctx.log.error({ err: error }, "a mailbox could not be judged; its next fault will do it"),
        );
        for (const each of batch) each.done();
      } catch (error) {
        for (const each of batch) each.failed(error);
      }
    }
    isWriting = false;
  }
  return {
    write: (mail, verdict) =>
      new Promise((done, failed) => {
        waiting.push({ mail, verdict, done, failed });
        if (!isWriting) void drain();
      }),
  };
}

const RETRIES = [1, 1, 2, 4, 7, 15, 30].map((seconds) => seconds * SECOND);

async function persist(work: () => Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  for (const pause of RETRIES) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseDown(error)) throw error;
      // Cut short when the worker has to go: the last try follows at once.
      await waitFor(pause, undefined, signal ? { signal } : {}).catch(() => undefined);
      if (signal?.aborted) break;
    }
  }
  return work();
}

function changeBy(now: Date, { mail, verdict }: Judged): StateChange {
  const base = { id: mail.id, token: mail.token, reply: verdict.reply };
  switch (verdict.kind) {
    case "sent":
      return { ...base, state: "sent", reason: null };
    case "deferred":
      return {
        ...base,
        state: "queued",
        reason: verdict.reason,
        dueAt: new Date(now.getTime() + backOff(mail.attempts)),
        uncounted: mailboxFault(verdict) !== undefined,
      };
    case "failed":
      return { ...base, state: "failed", reason: failureReason(verdict) };
    case "uncertain":
      // Its lease goes on: until then nobody sends it again.
      return { ...base, state: "uncertain", reason: verdict.reason };
  }
}

/** Only a dead address is held against the contact; what is held against us says so. */
function failureReason(verdict: SendVerdict): string {
  const kind = replyClass(verdict);
  return kind === "other" ? verdict.reason : kind;
}

/** Writes verdicts under the claims they were found out under; a late one still settles an uncertain message. */
async function saveVerdicts(ctx: Ctx, policy: MailPolicy, judged: readonly Judged[]): Promise<void> {
  await timedTransaction(ctx, async (tx) => {
    const changes = judged.map((each) => changeBy(tx.clock.now(), each));
    const rows = await changeStates(tx, changes, ["sending", "uncertain"]);
    const changed = new Set(rows.map((row) => row.id));
    await keepSenderFaults(
      tx,
      judged
        .filter((each) => changed.has(each.mail.id) && isHeldAgainstUs(each))
        .map(({ mail }) => ({
          mailboxId: mail.mailboxId,
          messageId: mail.id,
          source: "reply" as const,
          // The message keeps the server's words, and loses them when its contact is erased.
          detail: null,
        })),
    );
    await policy.settled(tx, rows);
  });
}

function isHeldAgainstUs({ mail, verdict }: Judged): boolean {
  return (
    mail.purpose === "outreach" &&
    (verdict.kind === "failed" || verdict.kind === "deferred") &&
    mailboxFault(verdict) === undefined &&
    replyClass(verdict) === "sender_fault"
  );
}

/** Once verdicts are kept: a mailbox that can't send, or is refused too often, is paused. */
async function judgeMailboxes(ctx: Ctx, judged: readonly Judged[]): Promise<void> {
  for (const { mail, verdict } of judged) {
    const fault = mailboxFault(verdict);
    if (fault) await pauseByItself(ctx, mail.mailboxId, fault, { reply: verdict.reply });
  }
  const suspects = new Set(judged.filter(isHeldAgainstUs).map(({ mail }) => mail.mailboxId));
  for (const id of suspects) await judgeMailbox(ctx, id);
}
