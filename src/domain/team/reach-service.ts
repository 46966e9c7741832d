/**
 * For which letters a colleague or a token is there: all, or listed ones (ruling 28). What follows from it is decided
 * in one place, the database they see (docs/decisions/0031): a row about another letter does not exist for them.
 */
import type { Ctx } from "../../platform/context.js";
import { forbidden, invalid } from "../../platform/errors.js";
import type { Role } from "./permission.js";
import { deleteLettersOf, findLettersOf, insertLettersOf, type Reaching } from "./reach-store.js";
import { letterIdsBySlug } from "./views.js";

/** As it is asked for: a list alone means the listed ones. */
export interface ReachInput {
  reach?: "all" | "listed" | undefined;
  letters?: readonly string[] | undefined;
}

/** Letters as an actor carries them; undefined for all. */
export type Reach = readonly string[] | undefined;

/**
 * Ids of the letters that were asked for, undefined for all, null where nothing was said. Throws invalid for an unknown
 * letter, for a list of none, and for an admin with a list: an admin manages what all letters share.
 */
export async function readReach(ctx: Ctx, role: Role | undefined, input: ReachInput): Promise<Reach | null> {
  const { letters = [] } = input;
  const reach = input.reach ?? (letters.length > 0 ? "listed" : undefined);
  if (reach === undefined) return null;
  if (reach === "all") return undefined;
  if (role === "admin") throw invalid("team.admin_letters", { reach: "errors.team.admin_letters" });
  if (letters.length === 0) throw invalid("team.no_letters", { letters: "errors.team.no_letters" });
  const ids = await letterIdsBySlug(ctx, letters);
  if (ids.length < new Set(letters).size) {
    throw invalid("team.unknown_letter", { letters: "errors.team.unknown_letter" });
  }
  return ids;
}

/** The letters of somebody whose row says whether these are all. */
export async function reachOf(
  ctx: Ctx,
  who: Reaching,
  hasAll: boolean,
): Promise<{ letters?: readonly string[] }> {
  return hasAll ? {} : { letters: await findLettersOf(ctx.db, who) };
}

/** Lists exactly these letters for somebody; call it around the change of their row, which says whether they have all. */
export async function replaceReach(
  ctx: Ctx,
  who: Reaching,
  reach: Reach,
  changeRow: () => Promise<void>,
): Promise<void> {
  await deleteLettersOf(ctx.db, who);
  await changeRow();
  if (reach) await insertLettersOf(ctx.db, who, reach);
}

/** For acts that reach every letter at once (merging organisations, a new letter): throws forbidden unless the actor has all. */
export function requireAllLetters(ctx: Ctx): void {
  if ("letters" in ctx.actor && ctx.actor.letters) throw forbidden("team.other_letters");
}
