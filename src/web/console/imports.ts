import { Router, type Request, type Response } from "express";
import type { z } from "zod";
import type { App } from "../../app.js";
import { browseImportRows, browseImports, showImport } from "../../domain/imports/browse-service.js";
import type { startImportCommand } from "../../domain/imports/commands.js";
import { VERDICTS, type Verdict } from "../../domain/imports/row.js";
import { applyImport, startImport } from "../../domain/imports/service.js";
import type { ImportRowLine } from "../../domain/imports/views.js";
import { LAWFUL_BASES } from "../../domain/organisations/contact.js";
import { requirePermission } from "../../domain/team/service.js";
import { DomainError } from "../../platform/errors.js";
import { asRecord, emptyForm, fieldText, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { dropUpload, listUpload, uploadedList } from "../uploads.js";
import { consolePage } from "./layout.js";

const PAGE = 100;
const KINDS: Record<Verdict, string> = {
  create: "ok",
  update: "info",
  unchanged: "off",
  duplicate: "off",
  review: "wait",
  reject: "bad",
  skip: "off",
};

/** Lists from elsewhere: send one, look at it row by row, take it over. */
export function importRoutes(app: App): Router {
  const router = Router();
  router.get("/imports", (req, res) => showImports(app, req, res, emptyForm()));
  router.post("/imports", (_req, res, next) => {
    requirePermission(ctxOf(res), "imports:write");
    next();
  });
  router.post("/imports", async (req, res) => {
    try {
      const id = await takeIn(app, req, res);
      res.redirect(303, `/console/imports/${id}`);
    } catch (error) {
      if (!(error instanceof DomainError) || error.kind !== "invalid") throw error;
      const status = error.detail["status"] === 413 ? 413 : 422;
      await showImports(app, req, res, { values: asRecord(req.body), errors: sentences(app, error) }, status);
    }
  });
  router.get("/imports/:id", (req, res) => showOne(app, req, res));
  router.post("/imports/:id/apply", async (req, res) => {
    await applyImport(ctxOf(res), req.params.id);
    res.redirect(303, `/console/imports/${encodeURIComponent(req.params.id)}?done=applied`);
  });
  return router;
}

/** Takes in the list that a request brings; its file is gone again before anybody is answered. */
async function takeIn(app: App, req: Request, res: Response): Promise<string> {
  try {
    await receive(listUpload(app), req, res);
    return (await startImport(ctxOf(res), uploadedList(req), choices(req))).id;
  } finally {
    await dropUpload(req);
  }
}

function receive(upload: ReturnType<typeof listUpload>, req: Request, res: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    void upload(req, res, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
  });
}

/** What was chosen beside the file; the use case checks it. */
function choices(req: Request): z.input<typeof startImportCommand> {
  return { lawful_basis: fieldText(req.body, "lawful_basis") };
}

/** The sentences at the fields, with the line or the columns that they speak of. */
function sentences(app: App, error: DomainError): Record<string, string> {
  const entries = Object.entries(error.fields).map(([field, key]) => [
    field,
    app.messages.t("en", key, error.detail),
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

async function showImports(
  app: App,
  req: Request,
  res: Response,
  form: FormState,
  status = 200,
): Promise<void> {
  const { items } = await browseImports(ctxOf(res), { limit: 50 });
  const view = {
    title: "Imports",
    imports: items.map((line) => ({ ...line, taken: takenOver(line.counts.verdicts) })),
    bases: LAWFUL_BASES.map((value) => ({
      value,
      label: app.messages.t("en", `contact.lawful_basis.${value}`),
    })),
  };
  consolePage(app, req, res, "console/imports", { ...view, ...form }, { status });
}

function takenOver(verdicts: Partial<Record<Verdict, number>>): number {
  return (verdicts.create ?? 0) + (verdicts.update ?? 0);
}

async function showOne(app: App, req: Request, res: Response): Promise<void> {
  const ctx = ctxOf(res);
  const line = await showImport(ctx, String(req.params["id"]));
  const wish = req.query["verdict"];
  const verdict = VERDICTS.find((each) => each === wish);
  const cursor = typeof req.query["cursor"] === "string" ? req.query["cursor"].slice(0, 20) : undefined;
  const rows = await browseImportRows(ctx, line.id, { verdict, cursor, limit: PAGE });
  const t = (key: string) => app.messages.t("en", key);
  const { verdicts, codes, applied } = line.counts;
  consolePage(app, req, res, "console/import", {
    title: line.file_name,
    line,
    address: `/console/imports/${line.id}`,
    verdict: verdict ?? "",
    tabs: VERDICTS.filter((each) => verdicts[each]).map((each) => ({
      verdict: each,
      label: t(`import.verdict.${each}`),
      count: verdicts[each] ?? 0,
      current: each === verdict,
    })),
    codes: Object.entries(codes)
      .sort((a, b) => b[1] - a[1])
      .map(([code, count]) => ({ code, words: t(`import.code.${code}`), count })),
    columns: columnsOf(line.mapping, t),
    rows: rows.items.map((row) => shownRow(row, t)),
    next: rows.next ?? "",
    isFirst: cursor === undefined,
    applicable: (line.state === "checked" || line.state === "applying") && takenOver(verdicts) > 0,
    taken: takenOver(verdicts),
    applied,
    notice: req.query["done"] === "applied" ? "Taken over." : "",
  });
}

function columnsOf({ header, mapping }: { header: string[]; mapping: object }, t: (key: string) => string) {
  return Object.entries(mapping as Record<string, number[]>).map(([field, columns]) => ({
    name: t(`import.field.${field}`),
    value: columns.map((column) => header[column] ?? "").join(", "),
  }));
}

/** What stood in a row that has no name to show. */
function rawText(cells: readonly string[]): string {
  const said = cells.map((cell) => cell.trim()).filter((cell) => cell !== "");
  return Array.from(said.join(" · ")).slice(0, 120).join("");
}

function shownRow(row: ImportRowLine, t: (key: string) => string): Record<string, unknown> {
  const { match, diff } = row;
  const matched = match?.organisation_id ?? "";
  const changes = [
    ...Object.entries(diff?.organisation ?? {}).map(([field, change]) => ({
      field: t(`import.field.${field}`),
      ...change,
    })),
    ...(diff?.contacts ?? []).flatMap(({ email, name, change, fields }) =>
      change === "new"
        ? [{ field: t("import.field.contact_name"), from: null, to: email ?? name ?? "" }]
        : Object.entries(fields).map(([field, each]) => ({
            field: `${email ?? name}, ${t(`import.field.${field}`)}`,
            ...each,
          })),
    ),
  ];
  return {
    number: row.row_number,
    kind: KINDS[row.verdict],
    verdict: t(`import.verdict.${row.verdict}`),
    name: row.organisation.name ?? "",
    raw: row.organisation.name === undefined ? rawText(row.raw) : "",
    country: row.organisation.country ?? "",
    emails: row.contacts.map(({ email, name }) => email ?? name).join(", "),
    codes: row.codes.map((code) => ({ code, words: t(`import.code.${code}`) })),
    changes: changes.map((change) => ({
      ...change,
      from: change.from === null ? "" : String(change.from),
      to: String(change.to),
    })),
    matchedId: row.organisation_id ?? matched,
    matchedRow: match?.row ?? "",
    why: match && match.why !== "same_key" ? t(`import.why.${match.why}`) : "",
  };
}
