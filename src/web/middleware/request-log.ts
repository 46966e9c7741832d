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
  const parts = (url.split("?")[0] ?? "").split("/");
  const shown = parts.map((part, index) => {
    const before = parts.slice(0, index).findLast((each) => each !== "");
    const personal = before !== undefined && PERSONAL.has(before.toLowerCase());
    const secret = part !== "" && (personal || part.length >= LONG_AS_A_SECRET || /@|%40/i.test(part));
    return secret ? "…" : part;
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
