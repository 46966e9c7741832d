import type { Ctx } from "../../platform/context.js";
import { gone, notFound } from "../../platform/errors.js";
import { publicStanding } from "../letters/letter.js";
import { findLetter } from "../letters/service.js";

/** A letter as its public pages need it. */
export type PublicLetter = Awaited<ReturnType<typeof findLetter>>;

const SLUG = /^[a-z0-9-]{1,80}$/;

/** The letter at a public address. Throws not_found for one that is not public (yet), gone for a removed one. */
export async function publicLetter(ctx: Ctx, slug: string): Promise<PublicLetter> {
  if (!SLUG.test(slug)) throw notFound("letter.unknown");
  const letter = await findLetter(ctx, slug);
  const standing = letter.slug === slug ? publicStanding(letter.state) : "hidden";
  if (standing === "gone") throw gone("letter.removed");
  if (standing === "hidden") throw notFound("letter.unknown");
  return letter;
}
