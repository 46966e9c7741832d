/** Taking back one mail of which nothing has gone out: it alone is left out, or its sequence ends with it. */
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { takeBackMessage, type TakenBack } from "../mail/deciding-service.js";
import { messageDetail } from "../mail/views.js";
import { settleTasks } from "../tasks/service.js";
import { requirePermission } from "../team/service.js";
import { outreachPolicy } from "./policy-service.js";
import { continuePast } from "./step-service.js";

/** Leaves a mail that waits for approval unsent, which ends its enrolment. Throws conflict when it does not wait. */
export async function rejectMail(ctx: Ctx, id: string): Promise<void> {
  await endWith(ctx, id, "rejected");
}

/**
 * Cancels a mail that is queued, held, or lacks something, of whatever purpose. Its enrolment ends as well: whoever is
 * not to get this mail gets no later one by surprise. To leave out this one only is `skipMail`. Throws conflict for one
 * that a worker has taken up or that is settled.
 */
export async function cancelMail(ctx: Ctx, id: string): Promise<void> {
  await endWith(ctx, id, "cancelled");
}

async function endWith(ctx: Ctx, id: string, how: TakenBack): Promise<void> {
  requirePermission(ctx, "outreach:write");
  await transaction(ctx, async (tx) => {
    const message = await takeBack(tx, id, how);
    await outreachPolicy.settled(tx, [message]);
  });
}

/**
 * Leaves out one mail of a sequence and goes on with the next step, whose delay counts from when this one was due, or
 * from now where that time is over. The next mail stands in the thread of what went out before, and of nothing else.
 * After the last step the enrolment ends. Throws conflict as `cancelMail` does, and for a mail outside a sequence.
 */
export async function skipMail(ctx: Ctx, id: string): Promise<void> {
  requirePermission(ctx, "outreach:write");
  await transaction(ctx, async (tx) => {
    const message = await takeBack(tx, id, "skipped");
    if (!message.enrolment_id) throw conflict("message.no_sequence");
    await continuePast(tx, [message]);
  });
}

type TakenMessage = Awaited<ReturnType<typeof takeBackMessage>>;

/** Takes a mail back under the locks that holds and stops take. */
async function takeBack(ctx: Ctx, id: string, how: TakenBack): Promise<TakenMessage> {
  const found = isUuid(id) ? await messageDetail(ctx, id) : undefined;
  if (!found) throw notFound("message.unknown");
  await holdLocks(ctx.db, {
    letter: found.letterId ? [found.letterId] : [],
    organisation: found.organisationId ? [found.organisationId] : [],
  });
  const message = await takeBackMessage(ctx, id, how);
  // The others hear of it by the policy, which would end the enrolment as well.
  if (how === "skipped") await settleTasks(ctx, "blocked_message", id);
  return message;
}
