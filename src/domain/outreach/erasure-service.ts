import type { Ctx } from "../../platform/context.js";
import { wipeWords } from "./erasure-store.js";

/**
 * Takes a person out of the words of mailings that staff wrote with the person's name or address in them, and out of
 * the search that chose them. For use cases of higher concepts, which have asked for the permission.
 */
export async function erasePersonFromOutreach(ctx: Ctx, person: { words: readonly string[] }): Promise<void> {
  await wipeWords(ctx.db, person.words);
}
