import type { RequestHandler } from "express";
import type { App } from "../../app.js";
import { newId } from "../../platform/ids.js";
import { beginRequest } from "../request.js";

const SECRET_PATHS = /^\/(r|confirm|attest|manage|unsubscribe|preferences|console\/sign-in)\/[^/?]+/;

/** The path of a request as the log may show it: no query, and no secret of a personal link. */
export function loggedPath(url: string): string {
  return (url.split("?")[0] ?? "").replace(SECRET_PATHS, "/$1/…");
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
