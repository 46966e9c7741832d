import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { anonymiseLetter, previewAnonymise } from "../../domain/privacy/anonymise-service.js";
import { emptyForm, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";

/** Erasing the persons behind the signatures of a letter that ended half a year ago. */
export function anonymiseRoutes(app: App): Router {
  const router = Router();
  router.get("/letters/:slug/anonymise", async (req, res) => show(app, req, res));
  router.post("/letters/:slug/anonymise", async (req, res) => {
    const { slug } = req.params;
    await withForm(
      req.body,
      async () => {
        await anonymiseLetter(ctxOf(res), slug, req.body);
        res.redirect(303, `/console/letters/${slug}/anonymise`);
      },
      (form) => show(app, req, res, form),
    );
  });
  return router;
}

async function show(app: App, req: Request, res: Response, form?: FormState): Promise<void> {
  const view = await previewAnonymise(ctxOf(res), String(req.params["slug"]));
  consolePage(
    app,
    req,
    res,
    "console/anonymise",
    { title: "Erase the persons", ...view, none: view.persons === 0, ...(form ?? emptyForm()) },
    { status: form ? 422 : 200 },
  );
}
