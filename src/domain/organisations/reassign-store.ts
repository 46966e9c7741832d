import type { Db } from "../../platform/db.js";
import { giveBackRows, giveRows } from "../../platform/reassigning.js";

/** Gives the contacts of one organisation to another; returns their ids. */
export async function giveContacts(db: Db, from: string, to: string): Promise<string[]> {
  return giveRows(db, "contacts", from, to);
}

/** Gives these contacts back. */
export async function giveBackContacts(
  db: Db,
  ids: readonly string[],
  from: string,
  to: string,
): Promise<void> {
  await giveBackRows(db, "contacts", ids, from, to);
}
