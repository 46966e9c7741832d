import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { deleteDraft, openDraft } from "../../domain/signatures/draft-service.js";
import { formatDate } from "../../platform/i18n.js";
import { DomainError } from "../../platform/errors.js";
import { PUBLIC_POSTS, limitPosts } from "../middleware/rate-limit.js";
import { keepPrivate, languageOf, page } from "../pages.js";
import { ctxOf } from "../request.js";
import { personalLanguage, personalPage, suffixOf } from "./personal.js";

/** A half-filled form that somebody handed on: its address leads on to the form, until it ends or is deleted. */
export function draftRoutes(app: App): Router {
  const router = Router();
  const limit = limitPosts(app, PUBLIC_POSTS);
  router.get("/drafts/:token", async (req, res) => show(app, req, res));
  router.post("/drafts/:token/delete", limit, async (req, res) => {
    try {
      await deleteDraft(ctxOf(res), tokenOf(req));
    } catch (error) {
      if (!(error instanceof DomainError) || error.kind !== "gone") throw error;
    }
    res.redirect(303, `/drafts/${encodeURIComponent(tokenOf(req))}${suffixOf(app, req)}`);
  });
  return router;
}

function tokenOf(req: Request): string {
  return String(req.params["token"]);
}

async function show(app: App, req: Request, res: Response): Promise<void> {
  try {
    const draft = await openDraft(ctxOf(res), tokenOf(req));
    const lang = personalLanguage(app, req, draft.letter.language);
    const path = `/drafts/${encodeURIComponent(tokenOf(req))}`;
    const view = {
      title: app.messages.t(lang, "authority.draft.title", { letter: draft.letter.title }),
      address: `${app.config.publicUrl}${path}`,
      path,
      base: draft.base,
      until: formatDate(lang, draft.expiresAt),
      fields: Object.entries(draft.values).map(([name, value]) => ({ name, value })),
    };
    personalPage(app, req, res, "public/draft", view, { letter: draft.letter, lang });
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== "gone") throw error;
    showOver(app, req, res);
  }
}

function showOver(app: App, req: Request, res: Response): void {
  const lang = languageOf(app, req);
  keepPrivate(res);
  const heading = app.messages.t(lang, "authority.draft.over.heading");
  const sentence = app.messages.t(lang, "authority.draft.over.sentence");
  page(app, req, res, "public/said", { title: heading, heading, sentence }, { lang, status: 410 });
}
