import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { COVERAGE_CUTS, coverageTable, type CoverageLine } from "../../domain/reports/coverage.js";
import { coverageReport, type CoverageReport } from "../../domain/reports/coverage-views.js";
import { findReportLetter } from "../../domain/reports/views.js";
import { csvFile } from "../../platform/csv.js";
import { countryName } from "../../platform/i18n.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";

const SHOWN = 12;
const CUT_WORDS = { sector: "By sector", country: "By country", region: "By region" };

/** The coverage of a letter as charts with their tables, and as JSON and CSV. */
export function coverageRoutes(app: App): Router {
  const router = Router();
  router.get("/reports/coverage", async (req, res) => {
    const ctx = ctxOf(res);
    const letter = await findReportLetter(ctx, askedLetter(req));
    const report = await coverageReport(ctx, letter.slug);
    consolePage(app, req, res, "console/coverage", {
      title: `Coverage: ${letter.title}`,
      letter,
      report,
      heading: heading(report),
      cuts: COVERAGE_CUTS.map((by) => ({
        id: by,
        label: CUT_WORDS[by],
        rows: report.lines
          .filter((line) => line.by === by && line.known_satellites > 0)
          .slice(0, SHOWN)
          .map((line) => ({
            label: nameOf(app, line),
            value: line.satellites,
            note: line.share === null ? "" : `${Math.floor(line.share * 100)}%`,
            main: false,
          })),
      })),
    });
  });
  router.get("/reports/coverage.json", async (req, res) => {
    res.json(await coverageReport(ctxOf(res), askedLetter(req)));
  });
  router.get("/reports/coverage.csv", async (req, res) => {
    const { letter, lines } = await coverageReport(ctxOf(res), askedLetter(req));
    sendCsv(res, `coverage-${letter}`, coverageTable(lines));
  });
  return router;
}

function sendCsv(res: Response, name: string, table: ReturnType<typeof coverageTable>): void {
  res.attachment(`${name}.csv`).type("text/csv; charset=utf-8").send(csvFile(table.columns, table.rows));
}

function askedLetter(req: Request): string {
  const { letter } = req.query;
  return typeof letter === "string" ? letter : "";
}

/** What the page says first. */
function heading({ value, share, total }: CoverageReport): string {
  if (value === 0) return "No signatory has a figure yet";
  if (share === null)
    return total ? "The total is less than what signatories operate" : "No total has been entered";
  return `Signatories operate ${Math.round(share * 1000) / 10}% of the active satellites`;
}

function nameOf(app: App, { by, code }: CoverageLine): string {
  if (code === "") return "Not known";
  if (by === "sector") return app.messages.t("en", `sector.${code}`);
  return by === "country" ? countryName("en", code) : code;
}
