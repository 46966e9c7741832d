import { Router } from "express";
import type { App } from "../../app.js";

/** Everything that companies and the public can reach, on one page. */
export function publicRoutes(_app: App): Router {
  const router = Router();
  return router;
}
