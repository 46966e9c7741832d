import type { Ctx } from "../../platform/context.js";
import { wipeListRows } from "./erasure-store.js";

/**
 * Takes a person out of every row of every list that names their address or stands for their organisation: the contact
 * as it was read, the row as it came, and what would have changed.
 */
export async function erasePersonFromLists(
  ctx: Ctx,
  person: { organisationId: string; email: string | null; words: readonly string[] },
): Promise<void> {
  await wipeListRows(ctx.db, person);
}
