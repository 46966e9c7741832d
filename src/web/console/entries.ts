import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { exportEntries, findEntries } from "../../domain/review/search-service.js";
import { queueTotals } from "../../domain/review/queue-views.js";
import { SIGNATURE_STATES, stateTone } from "../../domain/signatures/signature.js";
import { requirePermission } from "../../domain/team/service.js";
import { csvFile } from "../../platform/csv.js";
import { asRecord, fieldText } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";
import { say } from "./review-words.js";

const ASKED = ["q", "letter", "state", "tag"] as const;

/** Finding any entry, and taking along what is found. */
export function entryRoutes(app: App): Router {
  const router = Router();
  router.get("/signatures", async (req, res) => show(app, req, res));
  router.post("/signatures/export", async (req, res) => {
    const list = await exportEntries(ctxOf(res), asked(req.body));
    res.attachment(`${list.name}.csv`).type("text/csv; charset=utf-8").send(csvFile(list.columns, list.rows));
  });
  return router;
}

function asked(from: unknown): Record<string, string> {
  return Object.fromEntries(
    ASKED.map((name) => [name, fieldText(from, name)]).filter(([, value]) => value !== ""),
  ) as Record<string, string>;
}

async function show(app: App, req: Request, res: Response): Promise<void> {
  const ctx = ctxOf(res);
  requirePermission(ctx, "signatures:read");
  const query = asRecord(req.query);
  const search = asked(query);
  const cursor = fieldText(query, "cursor");
  const { items, next } = await findEntries(ctx, { ...search, ...(cursor ? { cursor } : {}) });
  consolePage(app, req, res, "console/entries", {
    title: "All entries",
    filter: Object.fromEntries(ASKED.map((name) => [name, search[name] ?? ""])),
    filtered: Object.keys(search).length > 0,
    letters: (await queueTotals(ctx)).map(({ letter }) => ({ value: letter, label: letter })),
    states: SIGNATURE_STATES.map((state) => ({ value: state, label: say(app, `signatures.state.${state}`) })),
    entries: items.map((entry) => ({
      id: entry.id,
      name: entry.display_name,
      letter: entry.letter,
      by: [entry.signatory_name, entry.signatory_title].filter(Boolean).join(", "),
      email: entry.signatory_email,
      tone: stateTone(entry.state),
      words: say(app, `signatures.state.${entry.state}`),
      tags: entry.tags.join(", "),
      at: entry.submitted_at,
    })),
    next: next ?? "",
  });
}
