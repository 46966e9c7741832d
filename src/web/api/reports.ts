import { z } from "zod";
import { coverageDocument } from "../../domain/publication/commands.js";
import { COVERAGE_CUTS, coverageTable } from "../../domain/reports/coverage.js";
import { coverageReport } from "../../domain/reports/coverage-views.js";
import { FUNNEL_STAGES, declineTable, funnelTable } from "../../domain/reports/report.js";
import { declineReport, funnelReport } from "../../domain/reports/views.js";
import { slug } from "../../platform/schema.js";
import { apiRoute, type ApiRoute } from "./frame.js";

const query = z.object({ letter: slug() });

const funnelAnswer = z
  .object({
    letter: z.string(),
    stages: z.array(
      z.object({
        stage: z.enum(FUNNEL_STAGES),
        organisations: z.int(),
        share_of_previous: z.number().nullable(),
        share_of_all: z.number().nullable(),
      }),
    ),
    declined: z.int(),
    covered: z.int(),
  })
  .meta({ id: "Funnel" });

const declineAnswer = z
  .object({
    letter: z.string(),
    total: z.int(),
    reasons: z.array(z.object({ code: z.string(), group: z.string(), declines: z.int() })),
  })
  .meta({ id: "DeclineReasons" });

const coverageAnswer = coverageDocument
  .extend({
    letter: z.string(),
    lines: z.array(
      z.object({
        by: z.enum(COVERAGE_CUTS),
        code: z.string(),
        organisations: z.int(),
        satellites: z.number(),
        known_organisations: z.int(),
        known_satellites: z.number(),
        share: z.number().nullable(),
      }),
    ),
  })
  .meta({ id: "Coverage" });

/** The figures of the dashboard. */
export const reportApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/reports/funnel",
    tag: "reports",
    summary: "How far the organisations came with a letter",
    description:
      "Each stage counts the organisations that came at least that far; declined counts those that stand by a no, covered those whose parent signed for the whole group.",
    permission: "reports:read",
    query,
    answer: funnelAnswer,
    csv: ({ stages }) => funnelTable(stages),
    handler: (ctx, { query: { letter } }) => funnelReport(ctx, letter),
  }),
  apiRoute({
    method: "get",
    path: "/reports/declines",
    tag: "reports",
    summary: "How often each reason was the main one of a decline that stands",
    permission: "reports:read",
    query,
    answer: declineAnswer,
    csv: ({ reasons }) => declineTable(reasons),
    handler: (ctx, { query: { letter } }) => declineReport(ctx, letter),
  }),
  apiRoute({
    method: "get",
    path: "/reports/coverage",
    tag: "reports",
    summary: "How many of the active satellites the signatories of a letter operate",
    description:
      "Published public signatures only, each organisation once by its newest figure. `lines` are by sector, country and region; their share is that of the satellites of organisations on the list, `share` above that of the total entered for the letter.",
    permission: "reports:read",
    query,
    answer: coverageAnswer,
    csv: ({ lines }) => coverageTable(lines),
    handler: (ctx, { query: { letter } }) => coverageReport(ctx, letter),
  }),
];
