import type { Db } from "../../platform/db.js";
import { giveBackRows, giveRows } from "../../platform/reassigning.js";

/** Gives the tasks of one organisation to another; returns their ids. */
export async function giveTasks(db: Db, from: string, to: string): Promise<string[]> {
  return giveRows(db, "tasks", from, to);
}

/** Gives these tasks back. */
export async function giveBackTasks(db: Db, ids: readonly string[], from: string, to: string): Promise<void> {
  await giveBackRows(db, "tasks", ids, from, to);
}
