import { Router } from "express";
import type { App } from "../../app.js";
import { homeRoutes } from "./home.js";
import { letterRoutes } from "./letters.js";
import { signatoryRoutes } from "./signatories.js";

/** Everything that companies and the public can reach, on one page. */
export function publicRoutes(app: App): Router {
  const router = Router();
  router.use(homeRoutes(app));
  router.use(letterRoutes(app));
  router.use(signatoryRoutes(app));
  return router;
}
