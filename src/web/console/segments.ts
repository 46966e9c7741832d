import { Router } from "express";
import type { App } from "../../app.js";
import { listOwners } from "../../domain/outreach/desk-views.js";
import { browseSegments, updateSegment } from "../../domain/outreach/segment-service.js";
import { mayDo } from "../../domain/team/permission.js";
import { requirePermission } from "../../domain/team/service.js";
import { countryName } from "../../platform/i18n.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";
import { languageLabel, sectorLabel } from "./mail-writing.js";

/** Filters that were kept under a name, and putting one away. */
export function segmentRoutes(app: App): Router {
  const router = Router();
  router.get("/segments", async (req, res) => {
    const ctx = ctxOf(res);
    requirePermission(ctx, "messages:read");
    const owners = new Map((await listOwners(ctx)).map(({ id, name }) => [id, name]));
    const segments = await browseSegments(ctx);
    consolePage(app, req, res, "console/segments", {
      title: "Saved filters",
      mayWrite: mayDo(ctx.actor, "outreach:write"),
      segments: segments.map((segment) => ({ ...segment, words: filterWords(segment, owners) })),
    });
  });
  router.post("/segments/:id/delete", async (req, res) => {
    await updateSegment(ctxOf(res), req.params.id, { archived: true });
    res.redirect(303, "/console/segments");
  });
  return router;
}

type Segment = Awaited<ReturnType<typeof browseSegments>>[number];

function filterWords({ filter }: Segment, owners: ReadonlyMap<string, string>): string {
  const parts = [
    filter.sector ? sectorLabel(filter.sector) : "",
    filter.country ? countryName("en", filter.country) : "",
    filter.region ?? "",
    filter.owner_id ? `looked after by ${owners.get(filter.owner_id) ?? "somebody who has left"}` : "",
    filter.contact_language ? `reads ${languageLabel(filter.contact_language)}` : "",
    filter.q ? `“${filter.q}”` : "",
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(", ") : "every contact";
}
