import type { Ctx } from "../../platform/context.js";
import { gone, notFound } from "../../platform/errors.js";
import { publicStanding, standingState } from "../letters/letter.js";
import { findLetter } from "../letters/service.js";
import { letterSteps } from "../letters/views.js";

/** A letter as its public pages need it; its state is the one in which it stands for everybody now. */
export type PublicLetter = Awaited<ReturnType<typeof findLetter>>;

const SLUG = /^[a-z0-9-]{1,80}$/;

/** The letter at a public address. Throws not_found for one that is not public (yet), gone for a removed one. */
export async function publicLetter(ctx: Ctx, slug: string): Promise<PublicLetter> {
  const letter = await knownLetter(ctx, slug);
  if (publicStanding(letter.state) !== "shown") throw notFound("letter.unknown");
  return letter;
}

/** What is at a letter's own address: the letter, or why it ended, with the public reason. */
export interface AtAddress {
  letter: PublicLetter;
  /** Empty where the letter is shown. */
  endedWhy: string;
}

/**
 * What the public finds at a letter's own address. One that was rejected or withdrawn is told with its reason.
 * Throws not_found for one that is not public (yet), gone for a removed one.
 */
export async function letterAtAddress(ctx: Ctx, slug: string): Promise<AtAddress> {
  const letter = await knownLetter(ctx, slug);
  const standing = publicStanding(letter.state);
  if (standing === "hidden") throw notFound("letter.unknown");
  return { letter, endedWhy: standing === "ended" ? await reasonOf(ctx, letter) : "" };
}

async function knownLetter(ctx: Ctx, slug: string): Promise<PublicLetter> {
  if (!SLUG.test(slug)) throw notFound("letter.unknown");
  const found = await findLetter(ctx, slug);
  if (found.slug !== slug) throw notFound("letter.unknown");
  const letter = { ...found, state: standingState(found, ctx.clock.now()) };
  if (publicStanding(letter.state) === "gone") throw gone("letter.removed");
  return letter;
}

async function reasonOf(ctx: Ctx, letter: PublicLetter): Promise<string> {
  const steps = await letterSteps(ctx, letter.id);
  return steps.findLast(({ to }) => to === letter.state)?.reason ?? "";
}
