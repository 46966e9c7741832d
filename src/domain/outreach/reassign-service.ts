import type { Ctx } from "../../platform/context.js";
import { giveEnrolments, giveBackEnrolments } from "./reassign-store.js";

/* For merging organisations, which has asked for the permission and holds the locks. */

/** Gives the enrolments of one organisation to another; returns their ids. */
export async function reassignEnrolments(tx: Ctx, from: string, to: string): Promise<string[]> {
  return giveEnrolments(tx.db, from, to);
}

/** Gives these enrolments back, as far as they are still there. */
export async function returnEnrolments(
  tx: Ctx,
  ids: readonly string[],
  from: string,
  to: string,
): Promise<void> {
  await giveBackEnrolments(tx.db, ids, from, to);
}
