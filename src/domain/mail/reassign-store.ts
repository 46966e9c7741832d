import type { Db } from "../../platform/db.js";
import { giveBackRows, giveRows } from "../../platform/reassigning.js";

/** Gives the mails of one organisation to another; returns their ids. */
export async function giveMessages(db: Db, from: string, to: string): Promise<string[]> {
  return giveRows(db, "messages", from, to);
}

/** Gives these mails back. */
export async function giveBackMessages(
  db: Db,
  ids: readonly string[],
  from: string,
  to: string,
): Promise<void> {
  await giveBackRows(db, "messages", ids, from, to);
}
