import type { Ctx } from "../../platform/context.js";
import { giveContacts, giveBackContacts } from "./reassign-store.js";

/* For merging organisations, which has asked for the permission and holds the locks. */

/** Gives the contacts of one organisation to another; returns their ids. */
export async function reassignContacts(tx: Ctx, from: string, to: string): Promise<string[]> {
  return giveContacts(tx.db, from, to);
}

/** Gives these contacts back, as far as they are still there. */
export async function returnContacts(
  tx: Ctx,
  ids: readonly string[],
  from: string,
  to: string,
): Promise<void> {
  await giveBackContacts(tx.db, ids, from, to);
}
