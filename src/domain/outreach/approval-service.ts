import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, forbidden, notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { record } from "../activity/service.js";
import { approveMessage, cancelMessages, releaseDrafts, resolveMessage } from "../mail/deciding-service.js";
import { messageDetail } from "../mail/views.js";
import { settleTasks } from "../tasks/service.js";
import { ROLES, mayDo } from "../team/permission.js";
import { answeringStaffId, requirePermission, staffId } from "../team/service.js";
import { mayApprove } from "./mailing.js";
import { outreachPolicy } from "./policy-service.js";
import { findMailing, readMailing, type Mailing } from "./service.js";
import { staffOfRoles } from "./letter-views.js";
import { waitingMail } from "./queue-views.js";
import { allStepIds } from "./sequence-store.js";
import { lockSequence, setEnrolmentsActive, setSequence } from "./store.js";
import { timesFromNow } from "./timing-service.js";

/** Whether the one who asks may approve a waiting mailing. */
export async function approvalOf(ctx: Ctx, mailing: Mailing): Promise<"yes" | "alone" | "no"> {
  if (mailing.state !== "waiting") return "no";
  return mayDecide(ctx, {
    writtenBy: mailing.writtenById,
    queuedBy: mailing.queuedById,
    byScript: mailing.queuedByScript,
  });
}

/**
 * Whether the one who asks may approve what others wrote and queued; `alone`: there is nobody else who could. A script
 * stands for whoever made its token, and never approves alone.
 */
export async function mayDecide(
  ctx: Ctx,
  made: { writtenBy: string | null; queuedBy: string | null; byScript: boolean },
): Promise<"yes" | "alone" | "no"> {
  if (!mayDo(ctx.actor, "outreach:write")) return "no";
  const roles = ROLES.filter((role) => mayDo({ kind: "staff", id: "", name: "", role }, "outreach:write"));
  const approver = answeringStaffId(ctx);
  const others = (await staffOfRoles(ctx, roles)).filter((id) => id !== approver);
  return mayApprove({ ...made, approver, asScript: staffId(ctx) === null, othersMay: others.length > 0 });
}

/** Lets a waiting mailing go out. Throws forbidden for those who wrote it, while somebody else could look at it. */
export async function approveMailing(ctx: Ctx, id: string): Promise<{ released: number }> {
  requirePermission(ctx, "outreach:write");
  return transaction(ctx, async (tx) => {
    const row = await lockSequence(tx.db, id);
    if (!row) throw notFound("mailing.unknown");
    if (row.state === "queued") return { released: 0 };
    const mailing = await readMailing(tx, row);
    if (row.state !== "waiting") throw conflict("mailing.not_waiting");
    const may = await approvalOf(tx, mailing);
    if (may === "no") throw forbidden("mailing.own");
    await setSequence(tx.db, id, { state: "queued", approved_by: staffId(tx), approved_at: tx.clock.now() });
    await setEnrolmentsActive(tx.db, id);
    const released = await releaseDrafts(tx, [mailing.step.id]);
    const detail = { released, alone: may === "alone" };
    await record(tx, { action: "mailing.approved", letterId: row.letter_id, subjectId: id, detail });
    return { released };
  });
}

/** Lets one message of a waiting mailing go out, by the same rule as the whole mailing. */
export async function approveOneMessage(ctx: Ctx, messageId: string): Promise<void> {
  requirePermission(ctx, "outreach:write");
  const message = isUuid(messageId) ? await messageDetail(ctx, messageId) : undefined;
  if (!message) throw notFound("message.unknown");
  if (message.mailingId) {
    const mailing = await findMailing(ctx, message.mailingId);
    if (mailing.state === "waiting" && (await approvalOf(ctx, mailing)) === "no")
      throw forbidden("mailing.own");
  }
  await approveMessage(ctx, messageId);
}

/** Takes back everything of a mailing that has not begun to go out. Returns how many mails that were. */
export async function stopMailing(ctx: Ctx, id: string): Promise<{ stopped: number }> {
  requirePermission(ctx, "outreach:write");
  return transaction(ctx, async (tx) => {
    const row = await lockSequence(tx.db, id);
    if (!row) throw notFound("mailing.unknown");
    const steps = await allStepIds(tx.db, id);
    await setSequence(tx.db, id, { state: "stopped" });
    const stopped = await cancelMessages(tx, steps, "mailing_stopped");
    await outreachPolicy.settled(tx, stopped);
    const detail = { stopped: stopped.length };
    await record(tx, { action: "mailing.stopped", letterId: row.letter_id, subjectId: id, detail });
    return { stopped: stopped.length };
  });
}

/** Settles a message by hand, one that goes again within its hours, and ticks off the task that asked for it. Throws as `resolveMessage` does. */
export async function settleMessage(
  ctx: Ctx,
  id: string,
  input: Parameters<typeof resolveMessage>[2],
): Promise<void> {
  await transaction(ctx, async (tx) => {
    const mail = isUuid(id) ? await waitingMail(tx, id) : undefined;
    const message = await resolveMessage(tx, id, input, mail && (await timesFromNow(tx, mail)));
    await settleTasks(tx, "uncertain_message", message.id);
    await settleTasks(tx, "blocked_message", message.id);
    await outreachPolicy.settled(tx, [message]);
  });
}
