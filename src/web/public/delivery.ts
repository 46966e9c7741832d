import { Router } from "express";
import type { App } from "../../app.js";
import { deliveredFile, deliveryOf } from "../../domain/delivery/views.js";
import { publicLetter } from "../../domain/publication/service.js";
import { notFound } from "../../platform/errors.js";
import { query } from "../../platform/template-helpers.js";
import { ctxOf } from "../request.js";
import { letterFrame, letterInLanguage } from "./letter-frame.js";

/** What was handed over: when, to whom, the very files with their hashes, and what has changed since. */
export function deliveryRoutes(app: App): Router {
  const router = Router();
  router.get("/letters/:slug/delivery", async (req, res) => {
    const ctx = ctxOf(res);
    const letter = await publicLetter(ctx, req.params.slug);
    const delivery = await deliveryOf(ctx, letter.id);
    if (!delivery) throw notFound("letter.unknown");
    const seen = await letterInLanguage(app, ctx, req, letter);
    const base = `/letters/${letter.slug}`;
    const view = {
      ...letterFrame(app, seen, `${base}/delivery`, {}),
      title: app.messages.t(seen.lang, "delivery.title"),
      letterTitle: seen.text.title,
      letterHref: query(base, { lang: seen.asked }),
      base: `${base}/delivery`,
      delivery,
      changed: delivery.withdrawn.length + delivery.struckOut > 0,
    };
    res.set({ "Cache-Control": "public, max-age=4", "Content-Language": seen.lang, Vary: "Accept-Language" });
    res
      .type("html")
      .send(app.templates.render("public/delivery", view, { lang: seen.lang, layout: "public" }));
  });
  router.get("/letters/:slug/delivery/:name", async (req, res) => {
    const ctx = ctxOf(res);
    const letter = await publicLetter(ctx, req.params.slug);
    const body = await deliveredFile(ctx, letter.id, req.params.name);
    if (!body) throw notFound("letter.unknown");
    res.set({ "Cache-Control": "public, max-age=4", "Content-Disposition": "attachment" });
    res.type(req.params.name.endsWith(".pdf") ? "application/pdf" : "application/json").send(body);
  });
  return router;
}
