import type { RequestHandler } from "express";
import type { App } from "../../app.js";
import { newId } from "../../platform/ids.js";
import { beginRequest } from "../request.js";

const PERSONAL = new Set([
  "r",
  "confirm",
  "attest",
  "manage",
  "unsubscribe",
  "preferences",
  "sign-in",
  "hooks",
]);
const LONG_AS_A_SECRET = 40;
const LOGGED_LENGTH = 200;

/**
 * The path of a request as the log may show it: no query, no secret of a personal link however its address is spelled,
 * nothing that could be an e-mail address.
 */
export function loggedPath(url: string): string {
  let before = "";
  const shown = (url.split("?")[0] ?? "").split("/").map((part) => {
    if (part === "") return part;
    const personal = PERSONAL.has(before.toLowerCase());
    before = part;
    return personal || part.length >= LONG_AS_A_SECRET || /@|%40/i.test(part) ? "…" : part;
  });
  return shown.join("/").slice(0, LOGGED_LENGTH);
}

/** Gives each request a name and a context, and logs one line when it has been answered. */
export function requestLog(app: App): RequestHandler {
  return (req, res, next) => {
    const requestId = newId(app.clock);
    const log = app.log.child({ request: requestId });
    beginRequest(res, { ...app.ctx({ kind: "public" }), log }, requestId);
    res.setHeader("X-Request-Id", requestId);
    const start = process.hrtime.bigint();
    res.on("finish", () => {
      const ms = Number(process.hrtime.bigint() - start) / 1e6;
      log.debug(
        { method: req.method, path: loggedPath(req.originalUrl), status: res.statusCode, ms },
        "answered",
      );
    });
    next();
  };
}
