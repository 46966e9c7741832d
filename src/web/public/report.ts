import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import {
  confirmReport,
  letterToReport,
  openReport,
  reportEntry,
} from "../../domain/statements/entry-report-service.js";
import { asRecord, emptyForm, withForm, type FormState } from "../forms.js";
import { PUBLIC_POSTS, PUBLIC_SUBMISSIONS, limitPosts } from "../middleware/rate-limit.js";
import { languageOf } from "../pages.js";
import { ctxOf } from "../request.js";
import { personalLanguage, personalPage, suffixOf } from "./personal.js";

/** Reporting an entry without a link of ours, and confirming the report from one's own address (ruling 36). */
export function reportRoutes(app: App): Router {
  const router = Router();
  router.get("/letters/:slug/report", async (req, res) => show(app, req, res, false));
  router.get("/letters/:slug/report/sent", async (req, res) => show(app, req, res, true));
  router.post("/letters/:slug/report", limitPosts(app, PUBLIC_SUBMISSIONS), async (req, res) => {
    const slug = String(req.params["slug"]);
    const body = asRecord(req.body);
    await withForm(
      body,
      async () => {
        const report = { ...body, language: languageOf(app, req) };
        await reportEntry(ctxOf(res), slug, report, { network: req.ip });
        res.redirect(303, `/letters/${slug}/report/sent${suffixOf(app, req)}`);
      },
      (form) => show(app, req, res, false, form),
    );
  });
  router.get("/reports/:token", async (req, res) => {
    const { report, letter, verdict } = await openReport(ctxOf(res), req.params.token);
    const lang = personalLanguage(app, req, report.language);
    const title = app.messages.t(lang, `report.confirm.${verdict}.title`);
    const said = verdict === "expired" && report.told_at === null ? "lapsed" : verdict;
    const view = {
      title,
      sentence: app.messages.t(lang, `report.confirm.${said}.sentence`, { entry: report.entry_name }),
      address: `/reports/${encodeURIComponent(req.params.token)}`,
      usable: verdict === "usable",
    };
    personalPage(app, req, res, "public/report-confirm", view, { letter, lang });
  });
  router.post("/reports/:token", limitPosts(app, PUBLIC_POSTS), async (req, res) => {
    const token = String(req.params["token"]);
    await confirmReport(ctxOf(res), token);
    res.redirect(303, `/reports/${encodeURIComponent(token)}${suffixOf(app, req)}`);
  });
  return router;
}

async function show(app: App, req: Request, res: Response, sent: boolean, form?: FormState): Promise<void> {
  const lang = languageOf(app, req);
  const letter = await letterToReport(ctxOf(res), String(req.params["slug"]), lang);
  const asked = req.query["entry"];
  const given = form ?? emptyForm(typeof asked === "string" ? { entry: asked.slice(0, 200) } : {});
  const title = app.messages.t(lang, sent ? "report.sent_title" : "report.title");
  const view = { title, base: `/letters/${letter.slug}`, sent, ...given };
  personalPage(app, req, res, "public/report", view, { letter, lang, ...(form ? { status: 422 } : {}) });
}
