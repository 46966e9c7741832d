import type { Ctx } from "../../platform/context.js";
import { endDoubleDeclines, giveBackDeclines, giveDeclines, reviveDeclines } from "./reassign-store.js";

/* For merging organisations, which has asked for the permission and holds the locks. */

/** Gives declines to another organisation; its own standing one holds, the other ends. Returns what moved and what ended. */
export async function reassignDeclines(
  tx: Ctx,
  from: string,
  to: string,
): Promise<{ moved: string[]; ended: string[] }> {
  const ended = await endDoubleDeclines(tx.db, from, to, tx.clock.now());
  return { moved: await giveDeclines(tx.db, from, to), ended };
}

/** Gives declines back and lets those stand again that ended by it. */
export async function returnDeclines(
  tx: Ctx,
  did: { moved: readonly string[]; ended: readonly string[] },
  from: string,
  to: string,
): Promise<void> {
  await giveBackDeclines(tx.db, did.moved, from, to);
  await reviveDeclines(tx.db, did.ended);
}
