import { Router, type Request, type RequestHandler, type Response } from "express";
import type { App } from "../../app.js";
import { resumeAllOutreach, showSending, stopAllOutreach } from "../../domain/mail/switch-service.js";
import { switchState } from "../../domain/mail/switch-views.js";
import { mayDo } from "../../domain/team/permission.js";
import { emptyForm, fieldText, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage, onlyFor } from "./layout.js";

const DONE: Record<string, string> = {
  stopped: "All outreach is stopped.",
  resumed: "Outreach goes on.",
};

/** Reads the one switch for every page of the console, so that nobody works past a stop without seeing it. */
export function readSwitch(): RequestHandler {
  return async (_req, res, next) => {
    res.locals["sendingStop"] = await switchState(ctxOf(res));
    next();
  };
}

/** The one switch: its page, stopping and letting go on. */
export function sendingRoutes(app: App): Router {
  const router = Router();
  router.get("/sending", onlyFor("messages:read"), (req, res) => show(app, req, res, emptyForm()));
  router.post("/sending/stop", onlyFor("sending:stop"), async (req, res) => {
    await withForm(
      req.body,
      async () => {
        await stopAllOutreach(ctxOf(res), { reason: fieldText(req.body, "reason") });
        res.redirect(303, "/console/sending?done=stopped");
      },
      (form) => show(app, req, res, form, 422),
    );
  });
  router.post("/sending/resume", async (_req, res) => {
    await resumeAllOutreach(ctxOf(res));
    res.redirect(303, "/console/sending?done=resumed");
  });
  return router;
}

async function show(app: App, req: Request, res: Response, form: FormState, status = 200): Promise<void> {
  const ctx = ctxOf(res);
  const state = await showSending(ctx);
  const done = typeof req.query["done"] === "string" ? req.query["done"] : "";
  consolePage(
    app,
    req,
    res,
    "console/sending",
    {
      title: "Sending",
      notice: Object.hasOwn(DONE, done) ? DONE[done] : "",
      stoppedAt: state.stoppedAt,
      stoppedBy: state.stoppedBy ?? "",
      reason: state.reason ?? "",
      waiting: state.waiting,
      mayStop: mayDo(ctx.actor, "sending:stop"),
      mayResume: mayDo(ctx.actor, "sending:resume"),
      ...form,
    },
    { status },
  );
}
