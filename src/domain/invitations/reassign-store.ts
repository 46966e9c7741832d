import type { Db } from "../../platform/db.js";
import { giveBackRows, giveRows } from "../../platform/reassigning.js";

/** Gives the invitations of one organisation to another; returns their ids. */
export async function giveInvitations(db: Db, from: string, to: string): Promise<string[]> {
  return giveRows(db, "invitations", from, to);
}

/** Gives these invitations back. */
export async function giveBackInvitations(
  db: Db,
  ids: readonly string[],
  from: string,
  to: string,
): Promise<void> {
  await giveBackRows(db, "invitations", ids, from, to);
}
