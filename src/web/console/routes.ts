import { Router } from "express";
import type { App } from "../../app.js";
import { readSession, requireSession } from "../middleware/session.js";
import { keepPrivate } from "../pages.js";
import { styleGuideRoutes } from "./style-guide.js";

/** Everything that staff can reach, on one page. */
export function consoleRoutes(app: App): Router {
  const router = Router();
  router.use((_req, res, next) => {
    keepPrivate(res);
    next();
  });
  router.use(readSession(app));
  router.use(requireSession());
  router.use(styleGuideRoutes(app));
  return router;
}
