import type { Ctx } from "../../platform/context.js";
import { countPersonal, lockPersonal, wipePersons } from "./erasure-store.js";

/** How many entries of a letter still hold a person. */
export async function personsBehind(ctx: Ctx, letterId: string): Promise<number> {
  return countPersonal(ctx.db, letterId);
}

/** Takes the persons out of every entry of a letter; the organisations' public act stays. Returns the entries. */
export async function eraseSignatories(tx: Ctx, letterId: string): Promise<string[]> {
  const ids = await lockPersonal(tx.db, letterId);
  await wipePersons(tx.db, ids);
  return ids;
}
