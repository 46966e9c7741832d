import type { RequestHandler } from "express";
import { forbidden } from "../../platform/errors.js";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
const EXEMPT = [/^\/unsubscribe(\/|$)/i, /^\/hooks(\/|$)/i, /^\/api(\/|$)/i];

/**
 * Refuses a form that another site made a browser send. A browser says so in Sec-Fetch-Site; older ones only
 * in Origin (which is `null` under our referrer policy, so that Sec-Fetch-Site is asked first).
 * One-click unsubscribing (RFC 8058), hooks and the bearer API are asked for something else instead.
 */
export function sameOrigin(publicUrl: string): RequestHandler {
  const own = new URL(publicUrl).origin;
  return (req, _res, next) => {
    if (SAFE.has(req.method) || EXEMPT.some((path) => path.test(req.path))) return next();
    const site = req.get("sec-fetch-site");
    if (site !== undefined) return site === "same-origin" ? next() : next(forbidden("form.other_site"));
    const origin = req.get("origin");
    return origin === own || origin === `${req.protocol}://${req.get("host")}`
      ? next()
      : next(forbidden("form.other_site"));
  };
}
