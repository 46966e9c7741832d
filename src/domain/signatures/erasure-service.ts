import type { Ctx } from "../../platform/context.js";
import { deleteLinkRequestsOf } from "./link-request-store.js";
import { countPersonal, lockPersonal, wipeBehind, wipePersons } from "./erasure-store.js";
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

/** How many entries of a letter still hold a person. */
export async function personsBehind(ctx: Ctx, letterId: string): Promise<number> {
  return countPersonal(ctx.db, letterId);
}

/** Takes the persons out of every entry of a letter; the organisations' public act stays. Returns the entries. */
export async function eraseSignatories(tx: Ctx, letterId: string): Promise<string[]> {
  const ids = await lockPersonal(tx.db, letterId);
  await wipePersons(tx.db, ids);
  await deleteLinkRequestsOf(tx.db, letterId);
  await wipeBehind(tx.db, letterId, ids, tx.clock.now());
  return ids;
}
