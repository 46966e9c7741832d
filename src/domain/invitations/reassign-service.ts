import type { Ctx } from "../../platform/context.js";
import { giveInvitations, giveBackInvitations } from "./reassign-store.js";

/* For merging organisations, which has asked for the permission and holds the locks. */

/** Gives the invitations of one organisation to another; returns their ids. */
export async function reassignInvitations(tx: Ctx, from: string, to: string): Promise<string[]> {
  return giveInvitations(tx.db, from, to);
}

/** Gives these invitations back, as far as they are still there. */
export async function returnInvitations(
  tx: Ctx,
  ids: readonly string[],
  from: string,
  to: string,
): Promise<void> {
  await giveBackInvitations(tx.db, ids, from, to);
}
