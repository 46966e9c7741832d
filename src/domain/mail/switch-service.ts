/**
 * The one switch that stops all outreach. While it is off nothing is claimed, and what was claimed before is held at
 * its commit point: both sides take the same lock, so that no mail commits to go out after the stop has committed.
 * Mail that answers what somebody just did goes on.
 */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { holdSwitch } from "../../platform/locks.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { requirePermission, staffId } from "../team/service.js";
import { stopSendingCommand } from "./commands.js";
import { findSwitch, giveTimeBack, releaseHeldBy, setSwitch } from "./switch-store.js";
import { countWaitingOutreach, switchState, type SwitchState } from "./switch-views.js";

/** Why a message waits that met the stop at its commit point. */
export const SENDING_STOPPED = "sending_stopped";

/** Whether the switch is off; asked again under its lock at every commit point. */
export async function isOutreachStopped(ctx: Ctx): Promise<boolean> {
  const row = await findSwitch(ctx.db);
  return row !== undefined && row.stopped_at !== null;
}

/** How the switch stands, and how many mails wait. */
export async function showSending(ctx: Ctx): Promise<SwitchState & { waiting: number }> {
  requirePermission(ctx, "messages:read");
  return { ...(await switchState(ctx)), waiting: await countWaitingOutreach(ctx) };
}

/**
 * Stops all outreach at once. Waits for commit points under way, so that once this has returned no further mail
 * begins to go out. Stopping again keeps the first time and reason. Throws invalid without a reason.
 */
export async function stopAllOutreach(
  ctx: Ctx,
  input: z.input<typeof stopSendingCommand>,
): Promise<{ changed: boolean }> {
  requirePermission(ctx, "sending:stop");
  const { reason } = parse(stopSendingCommand, input);
  return transaction(ctx, async (tx) => {
    await holdSwitch(tx.db, "alone");
    if (await isOutreachStopped(tx)) return { changed: false };
    await setSwitch(tx.db, {
      stopped_at: tx.clock.now(),
      stopped_by: staffId(tx),
      stopped_reason: reason,
    });
    await record(tx, { action: "sending.stopped", detail: { reason } });
    return { changed: true };
  });
}

/**
 * Lets outreach go on. Mails go out in the order they were due, within caps and windows as ever; the time they lost
 * does not make them expire. Resuming again changes nothing.
 */
export async function resumeAllOutreach(ctx: Ctx): Promise<{ changed: boolean }> {
  requirePermission(ctx, "sending:resume");
  return transaction(ctx, async (tx) => {
    await holdSwitch(tx.db, "alone");
    const row = await findSwitch(tx.db);
    if (!row?.stopped_at) return { changed: false };
    await giveTimeBack(tx.db, row.stopped_at, tx.clock.now());
    const held = await releaseHeldBy(tx.db, SENDING_STOPPED);
    await setSwitch(tx.db, { stopped_at: null, stopped_by: null, stopped_reason: null });
    await record(tx, {
      action: "sending.resumed",
      detail: { stopped_at: row.stopped_at.toISOString(), held },
    });
    return { changed: true };
  });
}
