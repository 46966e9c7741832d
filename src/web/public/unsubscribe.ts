import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { openUnsubscribe, unsubscribe, type UnsubscribeView } from "../../domain/consent/service.js";
import { UNSUBSCRIBE_POSTS, limitPosts } from "../middleware/rate-limit.js";
import { keepPrivate, languageOf, page } from "../pages.js";
import { ctxOf } from "../request.js";

/**
 * The link at the foot of each outreach mail. Opening it shows a button and changes nothing, since scanners open
 * every link; posting acts, from the button or by RFC 8058 straight from the mail program, without cookies or Origin.
 */
export function unsubscribeRoutes(app: App): Router {
  const router = Router();
  router.get("/unsubscribe/:token", async (req, res) => {
    show(app, req, res, await openUnsubscribe(ctxOf(res), req.params.token));
  });
  router.post("/unsubscribe/:token", limitPosts(app, UNSUBSCRIBE_POSTS), async (req, res) => {
    const view = await unsubscribe(ctxOf(res), String(req.params["token"]));
    // RFC 8058 §3.1: a redirect is no answer to a mail program; only our own button gets one.
    if (isFromButton(req)) return res.redirect(303, req.originalUrl);
    show(app, req, res, view);
  });
  return router;
}

function isFromButton(req: Request): boolean {
  const body = (req.body ?? {}) as Record<string, unknown>;
  return body["from"] === "button";
}

function show(app: App, req: Request, res: Response, { recipient, stopped }: UnsubscribeView): void {
  keepPrivate(res);
  const asked = typeof req.query["lang"] === "string" ? languageOf(app, req) : undefined;
  const lang = asked ?? app.messages.match(recipient.language) ?? "en";
  const sponsor = recipient.sponsorName ?? app.config.mailFrom;
  page(
    app,
    req,
    res,
    "public/unsubscribe",
    {
      title: app.messages.t(lang, stopped ? "unsubscribe.done_title" : "unsubscribe.title"),
      sponsor: { name: sponsor },
      stopped,
      letterOnly: recipient.letterOnly,
      action: req.originalUrl,
    },
    { lang, layout: "personal" },
  );
}
