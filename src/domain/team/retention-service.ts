import { DAY } from "../../platform/clock.js";
import { transaction, type Ctx } from "../../platform/context.js";
import { forbidden } from "../../platform/errors.js";
import { forgetLinks } from "../links/service.js";
import { deleteOldIdempotencyKeys } from "./idempotency-store.js";
import { deleteSessionsEnded } from "./store.js";

const ANSWERS_KEPT_FOR = DAY;
const SIGN_INS_KEPT_FOR = 30 * DAY;

/**
 * Deletes kept answers older than 24 hours, and sessions and sign-in links that ended more than 30 days ago.
 * Returns how many rows; throws forbidden for anybody but the system.
 */
export async function forgetOldAccess(ctx: Ctx): Promise<number> {
  if (ctx.actor.kind !== "system") throw forbidden("team.not_allowed");
  return transaction(ctx, async (tx) => {
    const now = tx.clock.now().getTime();
    const ended = new Date(now - SIGN_INS_KEPT_FOR);
    const answers = await deleteOldIdempotencyKeys(tx.db, new Date(now - ANSWERS_KEPT_FOR));
    const sessions = await deleteSessionsEnded(tx.db, ended);
    return answers + sessions + (await forgetLinks(tx, "sign_in", ended));
  });
}
