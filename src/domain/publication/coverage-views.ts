import type { Ctx } from "../../platform/context.js";
import { totalOf } from "../letters/total-service.js";
import { shareOf, type Coverage } from "./coverage.js";
import { publicly } from "./views.js";

/**
 * The organisations that the published public signatures of the letter `:letterId` stand for, each once, as the recursive
 * query `covered (organisation_id)`. This is the one place that says whom a signature for the whole group covers: the
 * organisation that signed, and all that stand below it.
 */
export function coveredBy(ctx: Ctx): string {
  return `with recursive reached (organisation_id, whole) as (
      select s.organisation_id, s.scope = 'group' from signatures s
       where s.letter_id = :letterId and ${publicly(ctx)} and s.state <> 'withdrawn'
      union
      select o.id, true from organisations o join reached r on r.whole and o.parent_id = r.organisation_id
    ), covered as (select distinct organisation_id from reached)`;
}

/** The newest figure of active satellites of each organisation that has one, as the query `newest`. */
export const NEWEST_FIGURES = `newest as (
  select distinct on (organisation_id) organisation_id, value, as_of from organisation_metrics
   where metric = 'active_satellites' and ended_at is null
   order by organisation_id, as_of desc, recorded_at desc, id desc)`;

/** How many active satellites those who signed in public operate, and what part of all that is (ruling 21). */
export async function publicCoverage(ctx: Ctx, letterId: string): Promise<Coverage> {
  const { rows } = await ctx.db.raw<{
    rows: { value: string; organisations: number; from: string | null; until: string | null }[];
  }>(
    `${coveredBy(ctx)}, ${NEWEST_FIGURES}
     select coalesce(sum(n.value), 0) as value, count(*)::int as organisations,
            min(n.as_of) as "from", max(n.as_of) as until
       from covered c join newest n using (organisation_id)`,
    { letterId },
  );
  const total = await totalOf(ctx, letterId);
  const value = Number(rows[0]?.value ?? 0);
  return {
    value,
    organisations: rows[0]?.organisations ?? 0,
    from: rows[0]?.from ?? null,
    until: rows[0]?.until ?? null,
    total: total
      ? { value: total.value, as_of: total.as_of, source: total.source, source_url: total.source_url }
      : null,
    share: shareOf(value, total?.value),
  };
}
