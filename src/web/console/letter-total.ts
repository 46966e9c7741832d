import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { showLetter } from "../../domain/letters/service.js";
import { recordTotal, takeTotalOff, totalsOf } from "../../domain/letters/total-service.js";
import { mayDo } from "../../domain/team/permission.js";
import { asRecord, emptyForm, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";

/** The total of which a letter's signatories operate a share: entered with its source and date, or taken off. */
export function letterTotalRoutes(app: App): Router {
  const router = Router();
  router.get("/letters/:slug/total", async (req, res) => show(app, req, res, emptyForm()));
  router.post("/letters/:slug/total", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        await recordTotal(ctxOf(res), req.params.slug, asRecord(req.body) as never);
        res.redirect(303, `/console/letters/${req.params.slug}/total?done=recorded`);
      },
      (form) => show(app, req, res, form, 422),
    );
  });
  router.post("/letters/:slug/total/off", async (req, res) => {
    await takeTotalOff(ctxOf(res), req.params.slug);
    res.redirect(303, `/console/letters/${req.params.slug}/total?done=off`);
  });
  return router;
}

const DONE: Record<string, string> = {
  recorded: "The total stands on the letter’s page.",
  off: "The letter’s page shows the number alone.",
};

async function show(app: App, req: Request, res: Response, form: FormState, status = 200): Promise<void> {
  const ctx = ctxOf(res);
  const { letter, line } = await showLetter(ctx, String(req.params["slug"]));
  const done = typeof req.query["done"] === "string" ? req.query["done"] : "";
  const totals = await totalsOf(ctx, letter.slug);
  consolePage(
    app,
    req,
    res,
    "console/letter-total",
    {
      title: `Coverage: ${line.title}`,
      base: `/console/letters/${letter.slug}`,
      slug: letter.slug,
      letterTitle: line.title,
      totals: totals.map((total, at) => ({ ...total, holds: at === 0 && total.ended_at === null })),
      stands: totals[0]?.ended_at === null,
      mayWrite: mayDo(ctx.actor, "letters:publish"),
      mayReport: mayDo(ctx.actor, "reports:read"),
      notice: Object.hasOwn(DONE, done) ? DONE[done] : "",
      ...form,
    },
    { status },
  );
}
