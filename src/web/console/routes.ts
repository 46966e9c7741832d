import { Router } from "express";
import type { App } from "../../app.js";
import { readSession, requireSession } from "../middleware/session.js";
import { keepPrivate } from "../pages.js";
import { auditRoutes } from "./audit.js";
import { explainRoutes } from "./explain.js";
import { importRoutes } from "./imports.js";
import { inboxRoutes } from "./inbox.js";
import { organisationRoutes } from "./organisations.js";
import { mailboxRoutes } from "./mailboxes.js";
import { messageRoutes } from "./messages.js";
import { outreachRoutes } from "./outreach.js";
import { letterDeskRoutes } from "./letters.js";
import { signInRoutes } from "./sign-in.js";
import { staffRoutes } from "./staff.js";
import { declineRoutes } from "./declines.js";
import { reviewRoutes } from "./review.js";
import { styleGuideRoutes } from "./style-guide.js";
import { taskRoutes } from "./tasks.js";
import { todayRoutes } from "./today.js";
import { tokenRoutes } from "./tokens.js";

/** Everything that staff can reach, on one page. */
export function consoleRoutes(app: App): Router {
  const router = Router();
  router.use((_req, res, next) => {
    keepPrivate(res);
    next();
  });
  router.use(readSession(app));
  router.use(signInRoutes(app));
  router.use(requireSession());
  router.use(todayRoutes(app));
  router.use(taskRoutes(app));
  router.use(explainRoutes(app));
  router.use(inboxRoutes(app));
  router.use(organisationRoutes(app));
  router.use(importRoutes(app));
  router.use(staffRoutes(app));
  router.use(tokenRoutes(app));
  router.use(auditRoutes(app));
  router.use(reviewRoutes(app));
  router.use(declineRoutes(app));
  router.use(outreachRoutes(app));
  router.use(mailboxRoutes(app));
  router.use(messageRoutes(app));
  router.use(letterDeskRoutes(app));
  router.use(styleGuideRoutes(app));
  return router;
}
