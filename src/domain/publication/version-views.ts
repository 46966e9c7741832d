import type { Ctx } from "../../platform/context.js";
import { publicly } from "./views.js";

/**
 * How many organisations stand in public under each version of a letter, by version id; those that have withdrawn are
 * not counted, and neither is anything that is not public.
 */
export async function standingByVersion(ctx: Ctx, letterId: string): Promise<Map<string, number>> {
  const rows = (await ctx
    .db("signatures as s")
    .where("s.letter_id", letterId)
    .whereNot("s.state", "withdrawn")
    .whereRaw(publicly(ctx))
    .groupBy("s.version_id")
    .select("s.version_id as id", ctx.db.raw("count(*)::int as n"))) as { id: string; n: number }[];
  return new Map(rows.map(({ id, n }) => [id, n]));
}
