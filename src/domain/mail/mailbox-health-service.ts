/** The standing of a mailbox: what speaks against it is counted in rows, and too much of it stops the mailbox. */
import { transaction, type Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { record } from "../activity/service.js";
import { createTask } from "../tasks/service.js";
import { healthOf, type OwnPause } from "./mailbox.js";
import { countHealth, insertFaults, lockMailbox, updateMailbox } from "./mailbox-store.js";

/** A refusal for our own standing: policy, blocklist, authentication, spam. */
export interface SenderFault {
  /** The message it is about, where that is known; one refusal counts for each. */
  messageId: string | null;
  /** reply: said while we sent. report: said in a delivery report later. */
  source: "reply" | "report";
  /** The server's words. */
  detail: string | null;
}

/** Keeps refusals for our own standing; `judgeMailbox` has to follow once the transaction is through. */
export async function keepSenderFaults(
  ctx: Ctx,
  faults: readonly (SenderFault & { mailboxId: string })[],
): Promise<void> {
  await insertFaults(
    ctx.db,
    faults.map((fault) => ({
      id: newId(ctx.clock),
      mailbox_id: fault.mailboxId,
      message_id: fault.messageId,
      at: ctx.clock.now(),
      source: fault.source,
      detail: fault.detail === null ? null : withoutAddresses(fault.detail).slice(0, 500),
    })),
  );
}

/** Servers name the one we wrote to, whose address has no business with the mailbox. */
function withoutAddresses(detail: string): string {
  return detail.replaceAll(/[^\s<>:;,"()@]{1,64}@[^\s<>:;,"()]+/g, "[address]");
}

/** Takes note of a refusal that a delivery report tells of, and pauses the mailbox when it is one too many. */
export async function noteSenderFault(ctx: Ctx, mailboxId: string, fault: SenderFault): Promise<void> {
  await transaction(ctx, async (tx) => {
    await holdLocks(tx.db, { mailbox: [mailboxId] });
    await keepSenderFaults(tx, [{ ...fault, mailboxId }]);
    await judgeMailbox(tx, mailboxId);
  });
}

/** Pauses a mailbox when too many of its last outreach mails were refused for our own standing. */
export async function judgeMailbox(ctx: Ctx, mailboxId: string): Promise<void> {
  await transaction(ctx, async (tx) => {
    await holdLocks(tx.db, { mailbox: [mailboxId] });
    const count = await countHealth(tx.db, mailboxId);
    if (healthOf(count) === "bad") await pauseByItself(tx, mailboxId, "sender_faults", { ...count });
  });
}

/**
 * Stops a mailbox that can't send, with a task for a person; only a person lets it go on. Does nothing where it is
 * paused already. Mails past their commit point still go out.
 */
export async function pauseByItself(
  ctx: Ctx,
  mailboxId: string,
  reason: OwnPause,
  detail: Record<string, unknown>,
): Promise<void> {
  await transaction(ctx, async (tx) => {
    await holdLocks(tx.db, { mailbox: [mailboxId] });
    const row = await lockMailbox(tx.db, mailboxId);
    if (!row || row.state === "paused") return;
    await updateMailbox(tx.db, mailboxId, {
      state: "paused",
      paused_reason: reason,
      paused_at: tx.clock.now(),
    });
    await createTask(tx, { kind: "mailbox_paused", subjectId: mailboxId, detail: { reason, ...detail } });
    await record(tx, { action: "mailbox.paused", subjectId: mailboxId, detail: { reason } });
    tx.log.warn({ mailbox: mailboxId, reason }, "a mailbox was paused");
  });
}
