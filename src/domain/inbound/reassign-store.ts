import type { Db } from "../../platform/db.js";
import { giveBackRows, giveRows } from "../../platform/reassigning.js";

/** Gives the mails that came in of one organisation to another; returns their ids. */
export async function giveInboundMails(db: Db, from: string, to: string): Promise<string[]> {
  return giveRows(db, "inbound_mails", from, to);
}

/** Gives these mails that came in back. */
export async function giveBackInboundMails(
  db: Db,
  ids: readonly string[],
  from: string,
  to: string,
): Promise<void> {
  await giveBackRows(db, "inbound_mails", ids, from, to);
}
