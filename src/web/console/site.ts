import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { changeSite, siteNow } from "../../domain/letters/site-service.js";
import { requirePermission } from "../../domain/team/service.js";
import { asRecord, emptyForm, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";

/** The pause of all signing and the message over every letter. */
export function siteRoutes(app: App): Router {
  const router = Router();
  router.get("/site", (req, res) => show(app, req, res, emptyForm()));
  router.post("/site", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        await changeSite(ctxOf(res), asRecord(req.body));
        res.redirect(303, "/console/site");
      },
      (form) => show(app, req, res, form, 422),
    );
  });
  return router;
}

async function show(app: App, req: Request, res: Response, form: FormState, status = 200): Promise<void> {
  requirePermission(ctxOf(res), "site:manage");
  const site = await siteNow(ctxOf(res));
  const view = { title: "All letters at once", site, ...form };
  consolePage(app, req, res, "console/site", view, { status });
}
