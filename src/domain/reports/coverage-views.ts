import type { Ctx } from "../../platform/context.js";
import type { Coverage } from "../publication/coverage.js";
import { NEWEST_FIGURES, coveredBy, publicCoverage } from "../publication/coverage-views.js";
import { coverageLines, type CoverageLine, type CoveragePart } from "./coverage.js";
import { findReportLetter } from "./views.js";

/** The coverage of a letter as it is handed out. */
export interface CoverageReport extends Coverage {
  letter: string;
  lines: CoverageLine[];
}

/** How much of what we know stands behind a letter, by sector, country and region. Needs reports:read; throws not_found. */
export async function coverageReport(ctx: Ctx, slug: string): Promise<CoverageReport> {
  const letter = await findReportLetter(ctx, slug);
  const { rows } = await ctx.db.raw<{ rows: CoveragePart[] }>(
    `${coveredBy(ctx)}, ${NEWEST_FIGURES}
     select o.sector, o.country,
            count(c.organisation_id)::int as organisations,
            coalesce(sum(n.value) filter (where c.organisation_id is not null), 0)::float8 as satellites,
            count(*)::int as known_organisations, coalesce(sum(n.value), 0)::float8 as known_satellites
       from organisations o
       left join covered c on c.organisation_id = o.id left join newest n on n.organisation_id = o.id
      where o.merged_into_id is null
      group by o.sector, o.country`,
    { letterId: letter.id },
  );
  return { letter: letter.slug, ...(await publicCoverage(ctx, letter.id)), lines: coverageLines(rows) };
}
