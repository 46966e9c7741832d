import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import {
  addScreeningRule,
  removeScreeningRule,
  screeningRules,
  screeningTrends,
} from "../../domain/review/screening-service.js";
import { mayDo } from "../../domain/team/permission.js";
import { requirePermission } from "../../domain/team/service.js";
import { emptyForm, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";

const KINDS = { domain: "Domain", address: "Address", network: "Network" };
const VERDICTS = { allow: "Trusted", hold: "Look at it" };

/** The lists of whom to trust and whom to look at. Nobody outside sees a difference. */
export function screeningRoutes(app: App): Router {
  const router = Router();
  router.get("/screening", async (req, res) => show(app, req, res));
  router.post("/screening", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        await addScreeningRule(ctxOf(res), req.body as Record<string, unknown>);
        res.redirect(303, "/console/screening");
      },
      (form) => show(app, req, res, form),
    );
  });
  router.post("/screening/:id/delete", async (req, res) => {
    await removeScreeningRule(ctxOf(res), req.params.id);
    res.redirect(303, "/console/screening");
  });
  return router;
}

function options(words: Record<string, string>) {
  return Object.entries(words).map(([value, label]) => ({ value, label }));
}

async function show(app: App, req: Request, res: Response, form?: FormState): Promise<void> {
  const ctx = ctxOf(res);
  requirePermission(ctx, "signatures:read");
  consolePage(
    app,
    req,
    res,
    "console/screening",
    {
      title: "Lists",
      mayWrite: mayDo(ctx.actor, "signatures:review"),
      kinds: options(KINDS),
      verdicts: options(VERDICTS),
      rules: (await screeningRules(ctx)).map((rule) => ({
        id: rule.id,
        pattern: rule.pattern,
        kind: KINDS[rule.kind],
        verdict: VERDICTS[rule.verdict],
        tone: rule.verdict === "allow" ? "ok" : "wait",
        note: rule.note,
        at: rule.created_at,
      })),
      trends: mayDo(ctx.actor, "privacy:manage") ? await screeningTrends(ctx) : [],
      ...(form ?? emptyForm({ verdict: "hold", kind: "domain" })),
    },
    { status: form ? 422 : 200 },
  );
}
