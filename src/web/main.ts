import express, { type Express } from "express";
import type { App } from "../app.js";
import { pendingMigrations } from "../platform/migrations.js";
import { apiRoutes } from "./api/routes.js";
import { consoleRoutes } from "./console/routes.js";
import { errorPages, unknownAddress } from "./errors.js";
import { closedSite } from "./middleware/closed-site.js";
import { limitWrongPasswords } from "./middleware/rate-limit.js";
import { requestLog } from "./middleware/request-log.js";
import { sameOrigin } from "./middleware/same-origin.js";
import { securityHeaders } from "./middleware/security-headers.js";
import { signingGate } from "./middleware/signing-gate.js";
import { sitePassword } from "./middleware/site-password.js";
import { publicRoutes } from "./public/routes.js";

const YEAR_SECONDS = 31_536_000;

/** The web door: what every request passes, then the three audiences, each with its own page of routes. */
export function createWeb(app: App): Express {
  const web = express();
  web.disable("x-powered-by");
  web.set("query parser", "simple");
  web.set("trust proxy", app.config.trustProxy.length > 0 ? app.config.trustProxy : false);

  web.use(requestLog(app));
  web.use(securityHeaders(app.config.publicUrl));
  web.use(limitWrongPasswords(app), sitePassword(app));
  web.get("/healthz", (_req, res) => {
    res.type("text").send("alive\n");
  });
  web.get("/readyz", async (_req, res) => {
    const missing = await pendingMigrations(app.db);
    res.status(missing.length === 0 ? 200 : 503).type("text");
    res.send(missing.length === 0 ? "ready\n" : "the database is older than this program\n");
  });
  web.get("/static/:file", (req, res, next) => {
    const asset = app.assets.files.get(req.path);
    if (!asset) return next();
    const brotli = req.acceptsEncodings("br") ? asset.brotli : undefined;
    res.set({
      "Content-Type": asset.type,
      ETag: brotli ? asset.etag.replace(/"$/, '-br"') : asset.etag,
      "Cache-Control": `public, max-age=${YEAR_SECONDS}, immutable`,
      ...(asset.brotli ? { Vary: "Accept-Encoding" } : {}),
      ...(brotli ? { "Content-Encoding": "br" } : {}),
    });
    res.send(brotli ?? asset.body);
  });

  web.use(closedSite(app));
  web.use("/letters/:slug/sign", signingGate(app));
  web.use(sameOrigin(app.config.publicUrl));
  web.use("/api", apiRoutes(app));
  web.use(express.urlencoded({ extended: false, limit: "200kb", parameterLimit: 2000 }));
  web.use("/console", consoleRoutes(app));
  web.use(publicRoutes(app));
  web.use(unknownAddress());
  web.use(errorPages(app));
  return web;
}
