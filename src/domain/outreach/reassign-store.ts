import type { Db } from "../../platform/db.js";
import { giveBackRows, giveRows } from "../../platform/reassigning.js";

/** Gives the enrolments of one organisation to another; returns their ids. */
export async function giveEnrolments(db: Db, from: string, to: string): Promise<string[]> {
  return giveRows(db, "enrolments", from, to);
}

/** Gives these enrolments back. */
export async function giveBackEnrolments(
  db: Db,
  ids: readonly string[],
  from: string,
  to: string,
): Promise<void> {
  await giveBackRows(db, "enrolments", ids, from, to);
}
