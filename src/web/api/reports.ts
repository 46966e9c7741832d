import { z } from "zod";
import { FUNNEL_STAGES, funnelLines } from "../../domain/reports/report.js";
import { declinesByReason, findReportLetter, funnel } from "../../domain/reports/views.js";
import { slug } from "../../platform/schema.js";
import { apiRoute, type ApiRoute } from "./frame.js";

const query = z.object({ letter: slug() });

const funnelReport = z
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
  })
  .meta({ id: "Funnel" });

const declineReport = z
  .object({
    letter: z.string(),
    total: z.int(),
    reasons: z.array(z.object({ code: z.string(), group: z.string(), declines: z.int() })),
  })
  .meta({ id: "DeclineReasons" });

/** The figures of the dashboard. */
export const reportApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/reports/funnel",
    tag: "reports",
    summary: "How far the organisations came with a letter",
    description:
      "Each stage counts the organisations that came at least that far; declined counts those that stand by a no.",
    permission: "reports:read",
    query,
    answer: funnelReport,
    csv: ({ stages }) => ({
      columns: ["stage", "organisations", "share_of_previous", "share_of_all"],
      rows: stages.map((line) => [line.stage, line.organisations, line.share_of_previous, line.share_of_all]),
    }),
    handler: async (ctx, { query: { letter: asked } }) => {
      const letter = await findReportLetter(ctx, asked);
      const figures = await funnel(ctx, letter.id);
      return { letter: letter.slug, stages: funnelLines(figures), declined: figures.declined };
    },
  }),
  apiRoute({
    method: "get",
    path: "/reports/declines",
    tag: "reports",
    summary: "How often each reason was the main one of a decline that stands",
    permission: "reports:read",
    query,
    answer: declineReport,
    csv: ({ reasons }) => ({
      columns: ["code", "group", "declines"],
      rows: reasons.map((line) => [line.code, line.group, line.declines]),
    }),
    handler: async (ctx, { query: { letter: asked } }) => {
      const letter = await findReportLetter(ctx, asked);
      const reasons = await declinesByReason(ctx, letter.id);
      const total = reasons.reduce((sum, { declines }) => sum + declines, 0);
      return { letter: letter.slug, total, reasons };
    },
  }),
];
