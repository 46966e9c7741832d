import type { Ctx } from "../../platform/context.js";
import { scrubEvidence } from "./evidence-store.js";
import { wipeOfficers } from "./officer-store.js";

/**
 * Takes a person out of what they did for a signature without signing it: officers who handed the question on, refused or
 * were turned down, who filled in a form for somebody else, and their name in what colleagues noted of a check. Whoever attested stays with the organisation's act, as
 * every signatory does.
 */
export async function erasePersonFromOfficers(
  ctx: Ctx,
  person: { organisationId: string; email: string | null; words: readonly string[] },
): Promise<void> {
  if (person.email !== null) await wipeOfficers(ctx.db, person.email, ctx.clock.now());
  await scrubEvidence(ctx.db, person.organisationId, person.words);
}
