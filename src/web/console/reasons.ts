import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import {
  addRejectionReason,
  changeRejectionReason,
  rejectionReasons,
} from "../../domain/signatures/reason-service.js";
import { mayDo } from "../../domain/team/permission.js";
import { requirePermission } from "../../domain/team/service.js";
import { asRecord, emptyForm, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";

/** The reasons to reject with: worded, added and archived by staff; one that was used is never deleted. */
export function reasonRoutes(app: App): Router {
  const router = Router();
  router.get("/reasons", async (req, res) => show(app, req, res));
  router.post("/reasons", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        await addRejectionReason(ctxOf(res), req.body);
        res.redirect(303, "/console/reasons");
      },
      (form) => show(app, req, res, form),
    );
  });
  router.post("/reasons/:code", async (req, res) => {
    const { archive, ...given } = asRecord(req.body);
    const archived = archive === undefined ? {} : { archived: archive === "yes" ? "on" : "" };
    await withForm(
      {},
      async () => {
        await changeRejectionReason(ctxOf(res), req.params.code, { ...given, ...archived });
        res.redirect(303, "/console/reasons");
      },
      (form) => show(app, req, res, form),
    );
  });
  return router;
}

async function show(app: App, req: Request, res: Response, form?: FormState): Promise<void> {
  const ctx = ctxOf(res);
  requirePermission(ctx, "signatures:read");
  consolePage(
    app,
    req,
    res,
    "console/reasons",
    {
      title: "Reasons to reject",
      mayWrite: mayDo(ctx.actor, "signatures:review"),
      reasons: (await rejectionReasons(ctx)).map((reason) => ({
        code: reason.code,
        en: reason.sentences["en"] ?? "",
        fr: reason.sentences["fr"] ?? "",
        needsNote: reason.needsNote,
        archived: reason.archived,
        used: reason.used,
        rowVersion: reason.rowVersion,
      })),
      ...(form ?? emptyForm()),
    },
    { status: form ? 422 : 200 },
  );
}
