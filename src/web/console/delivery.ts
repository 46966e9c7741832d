import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { deliverLetter } from "../../domain/delivery/service.js";
import { deliveryOf } from "../../domain/delivery/views.js";
import { showLetter } from "../../domain/letters/service.js";
import { requirePermission } from "../../domain/team/service.js";
import { asRecord, emptyForm, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";

/** Handing a letter over: when, to whom, by whom; the files are made and kept as the button is pressed. */
export function deliveryDeskRoutes(app: App): Router {
  const router = Router();
  router.get("/letters/:slug/delivery", async (req, res) => show(app, req, res, undefined));
  router.post("/letters/:slug/delivery", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        await deliverLetter(ctxOf(res), app.messages, slugOf(req), asRecord(req.body) as never);
        res.redirect(303, `/console/letters/${slugOf(req)}/delivery`);
      },
      (form) => show(app, req, res, form, 422),
    );
  });
  return router;
}

function slugOf(req: Request): string {
  return String(req.params["slug"]);
}

async function show(
  app: App,
  req: Request,
  res: Response,
  form: FormState | undefined,
  status = 200,
): Promise<void> {
  const ctx = ctxOf(res);
  requirePermission(ctx, "letters:read");
  const { letter, line } = await showLetter(ctx, slugOf(req));
  const delivery = await deliveryOf(ctx, letter.id);
  const given = form ?? emptyForm({ addressee: line.addressee, delivered_by: line.sponsorName });
  consolePage(
    app,
    req,
    res,
    "console/letter-delivery",
    {
      title: "Delivery",
      base: `/console/letters/${letter.slug}`,
      publicHref: `/letters/${letter.slug}/delivery`,
      letterTitle: line.title,
      language: line.language,
      rowVersion: letter.row_version,
      inReview: line.inReview,
      delivery: delivery ? [delivery] : [],
      ...given,
    },
    { status },
  );
}
