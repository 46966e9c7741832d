import type { Ctx } from "../../platform/context.js";
import { giveInboundMails, giveBackInboundMails } from "./reassign-store.js";

/* For merging organisations, which has asked for the permission and holds the locks. */

/** Gives the mails that came in of one organisation to another; returns their ids. */
export async function reassignInboundMails(tx: Ctx, from: string, to: string): Promise<string[]> {
  return giveInboundMails(tx.db, from, to);
}

/** Gives these mails that came in back, as far as they are still there. */
export async function returnInboundMails(
  tx: Ctx,
  ids: readonly string[],
  from: string,
  to: string,
): Promise<void> {
  await giveBackInboundMails(tx.db, ids, from, to);
}
