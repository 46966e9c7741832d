import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { logHead, readLeaves, verifierKeys } from "../../domain/log/service.js";
import { publicLetter } from "../../domain/publication/service.js";
import { query } from "../../platform/template-helpers.js";
import { LOG_READS, limitReads } from "../middleware/rate-limit.js";
import { ctxOf } from "../request.js";
import { letterFrame, letterInLanguage } from "./letter-frame.js";
import { numberOf } from "./log.js";

/** The log of a letter in plain words, and a page on which a browser checks a leaf by itself. */
export function logPageRoutes(app: App): Router {
  const router = Router();
  router.get("/letters/:slug/log", (req, res) => showLog(app, req, res, req.params.slug));
  router.get("/letters/:slug/log/check", limitReads(app, LOG_READS), (req, res) =>
    showCheck(app, req, res, String(req.params["slug"])),
  );
  return router;
}

async function frame(app: App, req: Request, res: Response, slug: string, below = "") {
  const ctx = ctxOf(res);
  const letter = await publicLetter(ctx, slug);
  const seen = await letterInLanguage(app, ctx, req, letter);
  const base = `/letters/${letter.slug}`;
  return {
    letter,
    lang: seen.lang,
    view: {
      ...letterFrame(app, seen, `${base}/log${below}`, {}),
      letterTitle: seen.text.title,
      letterHref: query(base, { lang: seen.asked }),
      base: `${base}/log`,
      checkHref: query(`${base}/log/check`, { lang: seen.asked }),
      slug: letter.slug,
      address: app.config.publicUrl,
    },
  };
}

function answer(res: Response, lang: string, html: string): void {
  res.set({ "Cache-Control": "public, max-age=4", "Content-Language": lang, Vary: "Accept-Language" });
  res.type("html").send(html);
}

async function showLog(app: App, req: Request, res: Response, slug: string): Promise<void> {
  const { letter, lang, view } = await frame(app, req, res, slug);
  const head = await logHead(ctxOf(res), letter.id);
  const content = {
    ...view,
    title: app.messages.t(lang, "log.title"),
    checkpoint: head.note,
    size: head.size,
    signedAt: head.signedAt,
    keys: await verifierKeys(ctxOf(res), head.origin),
  };
  answer(res, lang, app.templates.render("public/log", content, { lang, layout: "public" }));
}

async function showCheck(app: App, req: Request, res: Response, slug: string): Promise<void> {
  const { letter, lang, view } = await frame(app, req, res, slug, "/check");
  const head = await logHead(ctxOf(res), letter.id);
  const leaf = numberOf(req.query["leaf"] === "" ? undefined : req.query["leaf"], head.size - 1);
  const [found] = await readLeaves(ctxOf(res), letter.id, head, leaf, leaf + 1);

  const content = {
    ...view,
    title: app.messages.t(lang, "log.check.title"),
    leaf,
    last: head.size - 1,
    text: found?.leaf ?? "",
    organisation: found?.openings.organisation?.value ?? "",
  };
  // The only page with a script: its own file, from here, and nothing inline.
  const policy = String(res.getHeader("Content-Security-Policy"));
  res.set("Content-Security-Policy", policy.replace("script-src 'none'", "script-src 'self'"));
  answer(res, lang, app.templates.render("public/log-check", content, { lang, layout: "public" }));
}
