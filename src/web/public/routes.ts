import { Router } from "express";
import type { App } from "../../app.js";
import { answerRoutes } from "./answer.js";
import { homeRoutes } from "./home.js";
import { letterRoutes } from "./letters.js";
import { signatoryRoutes } from "./signatories.js";
import { embedRoutes } from "./embed.js";
import { oembedRoutes } from "./oembed.js";
import { feedRoutes } from "./signatory-feed.js";
import { confirmRoutes } from "./confirm.js";
import { declineRoutes } from "./decline.js";
import { invitationRoutes } from "./invitation.js";
import { logPageRoutes } from "./log-page.js";
import { logRoutes } from "./log.js";
import { signRoutes } from "./sign.js";
import { logoRoutes } from "./logos.js";
import { manageRoutes } from "./manage.js";
import { pledgeRoutes } from "./pledge.js";
import { pageRoutes } from "./pages.js";
import { preferenceRoutes } from "./preferences.js";
import { reportRoutes } from "./report.js";
import { unsubscribeRoutes } from "./unsubscribe.js";

/** Everything that companies and the public can reach, on one page. */
export function publicRoutes(app: App): Router {
  const router = Router();
  router.use(homeRoutes(app));
  router.use(letterRoutes(app));
  router.use(signatoryRoutes(app));
  router.use(feedRoutes(app));
  router.use(embedRoutes(app));
  router.use(oembedRoutes(app));
  router.use(logPageRoutes(app));
  router.use(logRoutes(app));
  router.use(invitationRoutes(app));
  router.use(signRoutes(app));
  router.use(declineRoutes(app));
  router.use(confirmRoutes(app));
  router.use(answerRoutes(app));
  router.use(manageRoutes(app));
  router.use(reportRoutes(app));
  router.use(logoRoutes());
  router.use(pledgeRoutes(app));
  router.use(pageRoutes(app));
  router.use(unsubscribeRoutes(app));
  router.use(preferenceRoutes(app));
  return router;
}
