import { readFileSync } from "node:fs";
import path from "node:path";
import { Router } from "express";
import type { App } from "../../app.js";
import { packageRoot } from "../../platform/config.js";
import { notFound } from "../../platform/errors.js";
import { requireBearer } from "../middleware/bearer.js";
import { API_REQUESTS, limitPosts, limitWrongTokens } from "../middleware/rate-limit.js";
import { ownLettersOnly } from "../middleware/own-letters.js";
import { page } from "../pages.js";
import { auditApi } from "./audit.js";
import { deliveryApi } from "./deliveries.js";
import { docPage } from "./docs.js";
import type { ApiRoute } from "./frame.js";
import { enrolmentApi } from "./enrolments.js";
import { evidenceApi } from "./evidence.js";
import { figureApi } from "./figures.js";
import { groupApi } from "./groups.js";
import { holdApi, segmentApi } from "./holds.js";
import { importApi } from "./imports.js";
import { inboundApi } from "./inbound.js";
import { letterCourseApi } from "./letter-course.js";
import { letterApi, letterTransitionApi } from "./letters.js";
import { siteApi } from "./site.js";
import { logApi } from "./log.js";
import { staffApi } from "./staff.js";
import { mailboxApi } from "./mailboxes.js";
import { messageApi } from "./messages.js";
import { mountApi } from "./mount.js";
import { openApiDocument } from "./openapi.js";
import { organisationApi } from "./organisations.js";
import { apiErrors } from "./problems.js";
import { declineApi } from "./declines.js";
import { invitationApi } from "./invitations.js";
import { pledgeApi } from "./pledges.js";
import { privacyApi } from "./privacy.js";
import { sendingApi } from "./sending.js";
import { sequenceApi } from "./sequences.js";
import { reviewApi } from "./review.js";
import { signatureApi } from "./signatures.js";
import { templateApi } from "./templates.js";
import { taskApi } from "./tasks.js";
import { reportApi } from "./reports.js";
import { sendingLimitApi } from "./sending-limits.js";
import { suppressionApi } from "./suppressions.js";

/** Every act of the API; what is not listed here is neither served nor documented. */
export function apiRouteTable(app: App): ApiRoute[] {
  return [
    ...letterApi,
    letterTransitionApi(app),
    ...letterCourseApi,
    ...logApi,
    ...siteApi,
    ...staffApi,
    ...organisationApi,
    ...evidenceApi,
    ...groupApi,
    ...figureApi,
    ...deliveryApi(app),
    ...importApi(app),
    ...templateApi,
    ...sequenceApi,
    ...enrolmentApi,
    ...holdApi,
    ...segmentApi,
    ...messageApi,
    ...inboundApi,
    ...mailboxApi,
    ...suppressionApi,
    ...privacyApi,
    ...sendingApi,
    ...sendingLimitApi,
    ...invitationApi,
    ...signatureApi,
    ...reviewApi,
    ...pledgeApi,
    ...declineApi,
    ...taskApi,
    ...reportApi,
    ...auditApi,
  ];
}

/** Everything that scripts can reach, on one page. */
export function apiRoutes(app: App): Router {
  const routes = apiRouteTable(app);
  const document = openApiDocument(routes, { publicUrl: app.config.publicUrl, version: packageVersion() });
  const docs = docPage(routes, document);
  const router = Router({ caseSensitive: true });
  router.use((_req, res, next) => {
    res.setHeader("Cache-Control", "no-store");
    res.setHeader("X-Robots-Tag", "noindex");
    next();
  });
  router.get("/docs", (req, res) => {
    page(app, req, res, "public/api-docs", { title: "API", noindex: true, ...docs }, { lang: "en" });
  });
  router.get("/v1/openapi.json", (_req, res) => {
    res.json(document);
  });
  router.use(
    "/v1",
    limitPosts(app, API_REQUESTS),
    limitWrongTokens(app),
    requireBearer(app),
    ownLettersOnly(),
    mountApi(app, routes),
  );
  router.use((_req, _res, next) => next(notFound("api.unknown_path")));
  router.use(apiErrors(app));
  return router;
}

function packageVersion(): string {
  const file = readFileSync(path.join(packageRoot, "package.json"), "utf8");
  return (JSON.parse(file) as { version: string }).version;
}
