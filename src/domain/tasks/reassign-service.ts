import type { Ctx } from "../../platform/context.js";
import { giveTasks, giveBackTasks } from "./reassign-store.js";

/* For merging organisations, which has asked for the permission and holds the locks. */

/** Gives the tasks of one organisation to another; returns their ids. */
export async function reassignTasks(tx: Ctx, from: string, to: string): Promise<string[]> {
  return giveTasks(tx.db, from, to);
}

/** Gives these tasks back, as far as they are still there. */
export async function returnTasks(tx: Ctx, ids: readonly string[], from: string, to: string): Promise<void> {
  await giveBackTasks(tx.db, ids, from, to);
}
