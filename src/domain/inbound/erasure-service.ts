import type { Ctx } from "../../platform/context.js";
import { wipeInbound } from "./erasure-store.js";

/**
 * Takes a person out of the mail that came in: what they wrote, what came from their address and what was reported
 * about them keeps its kind, its times and what was done, and loses its words, names and addresses.
 */
export async function erasePersonFromInbound(
  ctx: Ctx,
  person: { contactId: string; organisationId: string; email: string | null; words: readonly string[] },
): Promise<void> {
  await wipeInbound(ctx.db, person);
}
