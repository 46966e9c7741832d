import type { Ctx } from "../../platform/context.js";
import { giveMessages, giveBackMessages } from "./reassign-store.js";

/* For merging organisations, which has asked for the permission and holds the locks. */

/** Gives the mails of one organisation to another; returns their ids. */
export async function reassignMessages(tx: Ctx, from: string, to: string): Promise<string[]> {
  return giveMessages(tx.db, from, to);
}

/** Gives these mails back, as far as they are still there. */
export async function returnMessages(
  tx: Ctx,
  ids: readonly string[],
  from: string,
  to: string,
): Promise<void> {
  await giveBackMessages(tx.db, ids, from, to);
}
