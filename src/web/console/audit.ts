import { Router } from "express";
import { z } from "zod";
import type { App } from "../../app.js";
import type { ActivityLine } from "../../domain/activity/views.js";
import { auditTrail } from "../../domain/team/service.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";
import { actName, actorName } from "./words.js";

const PAGE = 100;
const auditQuery = z.object({ cursor: z.string().max(500).optional().catch(undefined) });

/** The record of all acts, newest first. */
export function auditRoutes(app: App): Router {
  const router = Router();
  router.get("/audit", async (req, res) => {
    const { cursor } = auditQuery.parse(req.query);
    const { items, next } = await auditTrail(ctxOf(res), { cursor, limit: PAGE });
    consolePage(app, req, res, "console/audit", {
      title: "Audit trail",
      lines: items.map(shownLine),
      older: next ?? "",
      isFirst: cursor === undefined,
    });
  });
  return router;
}

function shownLine(line: ActivityLine): Record<string, unknown> {
  return {
    at: line.at,
    who: actorName(line.actorKind, line.actorName),
    what: actName(line.action),
    organisationId: line.organisationId ?? "",
    organisationName: line.organisationName ?? "",
    letterSlug: line.letterSlug ?? "",
    detail: Object.entries(line.detail)
      .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
      .join(", "),
  };
}
