import type { RequestHandler } from "express";
import type { App } from "../../app.js";
import { siteNow } from "../../domain/letters/site-service.js";
import { languageOf } from "../pages.js";
import { ctxOf } from "../request.js";
import { goesAroundGates } from "./site-password.js";

/** After how many seconds somebody may come back. */
const COME_BACK_AFTER = 300;

/**
 * Answers the public site with 503 and Retry-After while staff have closed it. Staff, scripts, health checks,
 * unsubscribing and hooks go on. Nothing is taken from the kept pages: turning the switch makes each of them old.
 */
export function closedSite(app: App): RequestHandler {
  return async (req, res, next) => {
    if (/^\/console(\/|$)/i.test(req.path) || goesAroundGates(req)) return next();
    if (!(await siteNow(ctxOf(res))).closed) return next();
    const lang = languageOf(app, req);
    res.status(503).set({ "Retry-After": String(COME_BACK_AFTER), "Cache-Control": "no-store" });
    res.type("text").set("Content-Language", lang).send(app.messages.t(lang, "site.closed"));
  };
}
