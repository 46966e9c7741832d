import { setTimeout as waitFor } from "node:timers/promises";
import { SECOND } from "../../platform/clock.js";
import type { Ctx } from "../../platform/context.js";
import { timedTransaction } from "../../platform/database-time.js";
import { isDatabaseDown } from "../../platform/db.js";
import type { OutgoingMail, SendVerdict } from "../../platform/mailer.js";
import type { Halt } from "./arming.js";
import { backOff, isAddressDead } from "./message.js";
import { changeStates } from "./service.js";
import type { MessageRow, StateChange } from "./store.js";

/**
 * What is said of a message at the commit point, from the rows as they are then. `later`: back to the queue until a
 * window opens or a cap has room, without counting the attempt. `held`: not due until somebody lets it go on.
 */
export type StopVerdict =
  | { go: true; data: Record<string, unknown>; why: { key: string; args: Record<string, unknown> } }
  | { go: false; to: "cancelled" | "suppressed" | "blocked" | "held"; reason: string }
  | { go: false; to: "later"; reason: string; until: Date };

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
  | "enrolment_id"
  | "data"
  | "lease_until"
>;

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
  outgoing: OutgoingMail;
}

interface Heard {
  mail: CommittedMail;
  verdict: SendVerdict;
}

/** Takes verdicts as they come and keeps them, several in one transaction when several are there. */
export interface VerdictWriter {
  write(mail: CommittedMail, verdict: SendVerdict): Promise<void>;
}

/**
 * A writer that tries again for a minute when the database can't be reached, since a verdict is hard to come by
 * twice; not longer than `signal` lets it.
 */
export function verdictWriter(ctx: Ctx, policy: MailPolicy, signal?: AbortSignal): VerdictWriter {
  let waiting: {
    mail: CommittedMail;
    verdict: SendVerdict;
    done: () => void;
    failed: (error: unknown) => void;
  }[] = [];
  let isWriting = false;
  async function drain(): Promise<void> {
    isWriting = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await persist(() => saveVerdicts(ctx, policy, batch), signal);
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

function changeBy(now: Date, { mail, verdict }: Heard): StateChange {
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
      };
    case "failed":
      return {
        ...base,
        state: "failed",
        reason: isAddressDead(verdict.reply) ? "address_dead" : verdict.reason,
      };
    case "uncertain":
      // Its lease goes on: until then nobody sends it again.
      return { ...base, state: "uncertain", reason: verdict.reason };
  }
}

/** Writes verdicts under the claims they were found out under; a late one still settles an uncertain message. */
async function saveVerdicts(ctx: Ctx, policy: MailPolicy, heard: readonly Heard[]): Promise<void> {
  await timedTransaction(ctx, async (tx) => {
    const changes = heard.map((each) => changeBy(tx.clock.now(), each));
    const rows = await changeStates(tx, changes, ["sending", "uncertain"]);
    await policy.settled(tx, rows);
  });
}
