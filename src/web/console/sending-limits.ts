import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { changeSendingRules, showSendingRules } from "../../domain/mail/sending-rules-service.js";
import { asRecord, emptyForm, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";

/** The rules for all outreach: how many mails a domain gets, how often a person is written to. */
export function sendingLimitRoutes(app: App): Router {
  const router = Router();
  router.get("/sending/limits", (req, res) => showLimits(app, req, res, emptyForm()));
  router.post("/sending/limits", async (req, res) => {
    const { one_contact_each: oneEach, ...fields } = asRecord(req.body);
    await withForm(
      req.body,
      async () => {
        await changeSendingRules(ctxOf(res), { ...fields, one_contact_each: oneEach === "on" } as never);
        res.redirect(303, "/console/sending/limits?done=1");
      },
      (form) => showLimits(app, req, res, form, 422),
    );
  });
  return router;
}

async function showLimits(
  app: App,
  req: Request,
  res: Response,
  form: FormState,
  status = 200,
): Promise<void> {
  const rules = await showSendingRules(ctxOf(res));
  const notice = req.query["done"] === "1" ? "Saved. The rules hold for what waits already, too." : "";
  const view = { title: "Sending rules", given: rules, notice, ...form };
  consolePage(app, req, res, "console/sending-limits", view, { status });
}
