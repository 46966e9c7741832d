import type { Ctx } from "../../platform/context.js";
import { wipeDeclines, wipeReports } from "./erasure-store.js";

/** Who is taken out. */
export interface ErasedPerson {
  contactId: string;
  organisationId: string;
  email: string | null;
  words: readonly string[];
}

/**
 * Takes a person out of the organisation's declines (who said it, and their name in what was said; the reason stays)
 * and out of reports that somebody is not the right person, by them or about them.
 */
export async function erasePersonFromAnswers(ctx: Ctx, person: ErasedPerson): Promise<void> {
  await wipeDeclines(ctx.db, person);
  await wipeReports(ctx.db, person);
}
