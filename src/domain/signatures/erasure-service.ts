import type { Ctx } from "../../platform/context.js";
import { wipeOfficers } from "./officer-store.js";

/**
 * Takes a person out of what they did for a signature without signing it: officers who handed the question on, refused or
 * were turned down, and who filled in a form for somebody else. Whoever attested stays with the organisation's act, as
 * every signatory does.
 */
export async function erasePersonFromOfficers(ctx: Ctx, email: string): Promise<void> {
  await wipeOfficers(ctx.db, email, ctx.clock.now());
}
