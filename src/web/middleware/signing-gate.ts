import type { RequestHandler } from "express";
import type { App } from "../../app.js";
import { languageOf } from "../pages.js";

/** How many forms one process works on at a time; whoever comes beyond that is told at once to come back. */
const AT_ONCE = 250;

/** After how many seconds somebody comes back, in seconds. */
const COME_BACK_AFTER = 5;

/**
 * Keeps a rush of signatures from slowing down everybody: forms beyond what can be worked on are refused before they are
 * read, with 503 and Retry-After, and nothing of them is kept. What was let in is answered as ever.
 */
export function signingGate(app: App): RequestHandler {
  let open = 0;
  return (req, res, next) => {
    if (req.method !== "POST") return next();
    if (open >= AT_ONCE) {
      const lang = languageOf(app, req);
      res.status(503).set({ "Retry-After": String(COME_BACK_AFTER), "Cache-Control": "no-store" });
      res.type("text").set("Content-Language", lang).end(app.messages.t(lang, "errors.signatures.too_many"));
      return;
    }
    open += 1;
    res.once("close", () => {
      open -= 1;
    });
    next();
  };
}
