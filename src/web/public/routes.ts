import { Router } from "express";
import type { App } from "../../app.js";
import { homeRoutes } from "./home.js";
import { letterRoutes } from "./letters.js";
import { letterPdfRoutes } from "./letter-pdf.js";
import { signatoryRoutes } from "./signatories.js";
import { confirmRoutes } from "./confirm.js";
import { declineRoutes } from "./decline.js";
import { invitationRoutes } from "./invitation.js";
import { signRoutes } from "./sign.js";
import { pageRoutes } from "./pages.js";
import { preferenceRoutes } from "./preferences.js";
import { unsubscribeRoutes } from "./unsubscribe.js";

/** Everything that companies and the public can reach, on one page. */
export function publicRoutes(app: App): Router {
  const router = Router();
  router.use(homeRoutes(app));
  router.use(letterRoutes(app));
  router.use(letterPdfRoutes(app));
  router.use(signatoryRoutes(app));
  router.use(invitationRoutes(app));
  router.use(signRoutes(app));
  router.use(declineRoutes(app));
  router.use(confirmRoutes(app));
  router.use(pageRoutes(app));
  router.use(unsubscribeRoutes(app));
  router.use(preferenceRoutes(app));
  return router;
}
