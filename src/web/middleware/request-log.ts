import type { RequestHandler } from "express";
import type { App } from "../../app.js";
import { LINK_PATHS } from "../../domain/links/link.js";
import { newId } from "../../platform/ids.js";
import { beginRequest } from "../request.js";

/** What stands before a secret: the last part of the address of every purpose of links, and the door of the hooks. */
const PERSONAL = new Set([...Object.values(LINK_PATHS).map((path) => path.split("/").at(-1)), "hooks"]);
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
