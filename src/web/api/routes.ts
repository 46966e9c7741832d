import { Router } from "express";
import type { App } from "../../app.js";

/** Everything that scripts can reach, on one page. */
export function apiRoutes(_app: App): Router {
  const router = Router();
  return router;
}
