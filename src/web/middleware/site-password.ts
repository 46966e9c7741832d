/**
 * The whole site behind one password (SITE_PASSWORD), for staging and before an embargo ends. HTTP Basic (RFC 7617) and
 * no form: it needs no page, cookie or script, works for feeds and command lines too, and lies beneath the console's
 * own sign-in. While it is set, no page is kept ahead of the web door, so that no copy can get past it (src/serve.ts).
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Request, RequestHandler, Response } from "express";
import type { App } from "../../app.js";

const BASIC = /^Basic +([A-Za-z0-9+/]{1,400}={0,2})$/i;
const BEARER = /^Bearer +\S/i;

/** Health checks, what other programs look up, one-click unsubscribing (RFC 8058), hooks, and the API with its tokens. */
export function goesAroundGates(req: Request): boolean {
  const { path, method } = req;
  if (path === "/healthz" || path === "/readyz" || path.startsWith("/.well-known/")) return true;
  if (method === "POST" && /^\/unsubscribe\/[^/]+$/.test(path)) return true;
  if (method === "POST" && /^\/hooks\/[^/]+$/.test(path)) return true;
  return path.startsWith("/api/v1/") && BEARER.test(req.get("authorization") ?? "");
}

/** Lets through whoever knows the password, by any user name; others are asked with 401. Nothing is asked without one. */
export function sitePassword(app: App): RequestHandler {
  const { sitePassword: password } = app.config;
  if (password === undefined) return (_req, _res, next) => next();
  const right = digest(password);
  return (req, res, next) => {
    if (goesAroundGates(req)) return next();
    keepOutOfCaches(res);
    if (req.path === "/robots.txt") {
      res.type("text").send("User-agent: *\nDisallow: /\n");
      return;
    }
    const given = passwordIn(req);
    if (given !== undefined && timingSafeEqual(digest(given), right)) return next();
    res.status(401).set("WWW-Authenticate", 'Basic realm="Countersign", charset="UTF-8"');
    res.type("text").send("This site is behind a password.\n");
  };
}

/** Of equal length whatever was typed, so that they can be compared in constant time. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function passwordIn(req: Request): string | undefined {
  const encoded = BASIC.exec(req.get("authorization") ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  return colon < 0 ? undefined : pair.slice(colon + 1);
}

/** Whatever a page says later about being kept, this stands: a cache in front would hand it to everybody. */
function keepOutOfCaches(res: Response): void {
  const writeHead = res.writeHead.bind(res) as (...given: unknown[]) => Response;
  res.writeHead = ((...given: unknown[]) => {
    res.setHeader("Cache-Control", KEPT_NOWHERE);
    res.setHeader("X-Robots-Tag", "noindex, nofollow");
    return writeHead(...given.map(withoutCaching));
  }) as Response["writeHead"];
}

const KEPT_NOWHERE = "private, no-store";

/** The headers of `writeHead` without what they say about caching; anything else as it is. */
function withoutCaching(given: unknown): unknown {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return given;
  return Object.fromEntries(Object.entries(given).filter(([name]) => name.toLowerCase() !== "cache-control"));
}
