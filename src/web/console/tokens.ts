import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { createApiToken, revokeApiToken } from "../../domain/team/service.js";
import { letterSlugs, tokenLines } from "../../domain/team/views.js";
import { asRecord, emptyForm, fieldText, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";
import { REACH_OPTIONS, SCOPE_OPTIONS } from "./words.js";

/** Tokens for scripts: make one (shown once), see which are used, end one. */
export function tokenRoutes(app: App): Router {
  const router = Router();
  router.get("/tokens", (req, res) => showTokens(app, req, res, emptyForm({ reach: "all" })));
  router.post("/tokens", async (req, res) => {
    const name = fieldText(req.body, "name");
    const { scopes, reach, letters } = asRecord(req.body);
    await withForm(
      req.body,
      async () => {
        const { token } = await createApiToken(ctxOf(res), {
          name,
          scopes,
          ...(reach === "listed" ? { reach, letters } : {}),
        });
        consolePage(app, req, res, "console/token", { title: "API token", name, token });
      },
      (form) => showTokens(app, req, res, form, 422),
    );
  });
  router.post("/tokens/:id/revoke", async (req, res) => {
    await revokeApiToken(ctxOf(res), req.params.id);
    res.redirect(303, "/console/tokens?revoked=1");
  });
  return router;
}

async function showTokens(
  app: App,
  req: Request,
  res: Response,
  form: FormState,
  status = 200,
): Promise<void> {
  const tokens = await tokenLines(ctxOf(res));
  const notice = req.query["revoked"] === "1" ? "The token has ended; nothing it did is taken back." : "";
  const letterChoices = (await letterSlugs(ctxOf(res))).map((slug) => ({ value: slug, label: slug }));
  const choices = { scopes: SCOPE_OPTIONS, reaches: REACH_OPTIONS, letterChoices };
  const view = { title: "API tokens", tokens, ...choices, notice, ...form };
  consolePage(app, req, res, "console/tokens", view, { status });
}
