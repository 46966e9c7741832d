import { Router } from "express";
import type { App } from "../../app.js";
import { diffTexts, type DiffEntry } from "../../domain/letters/text-diff.js";
import { listVersions, type CurrentText, type Version } from "../../domain/letters/views.js";
import { publicLetter } from "../../domain/publication/service.js";
import { standingByVersion } from "../../domain/publication/version-views.js";
import { dir } from "../../platform/i18n.js";
import { query } from "../../platform/template-helpers.js";
import { sendPublic } from "../page-cache.js";
import { ctxOf } from "../request.js";
import { letterFrame, letterInLanguage } from "./letter-frame.js";

/** Every version of a letter with its reason, how many stand under it, and what it changed. */
export function versionRoutes(app: App): Router {
  const router = Router();
  router.get("/letters/:slug/versions", async (req, res) => {
    const ctx = ctxOf(res);
    const letter = await publicLetter(ctx, req.params.slug);
    const seen = await letterInLanguage(app, ctx, req, letter);
    const { lang, text, asked } = seen;
    const path = `/letters/${letter.slug}/versions`;
    const versions = await listVersions(ctx, letter.id);
    const standing = await standingByVersion(ctx, letter.id);
    const view = {
      ...letterFrame(app, seen, path, {}),
      title: app.messages.t(lang, "versions.page.title", { letter: text.title }),
      letterTitle: text.title,
      letterHref: query(`/letters/${letter.slug}`, { lang: asked }),
      versions: versions.map((version, index) => ({
        number: version.number,
        reason: version.reason,
        material: version.material,
        createdAt: version.createdAt,
        standing: standing.get(version.id) ?? 0,
        hash: textIn(version, text.language)?.contentHash.toString("hex") ?? "",
        change: changeSince(versions[index + 1], version, text.language),
      })),
    };
    const body = app.templates.render("public/versions", view, { lang });
    sendPublic(res, { type: "text/html; charset=utf-8", body, headers: { "Content-Language": lang } });
  });
  return router;
}

/** What changed, as a page shows it. */
export interface ShownChange {
  before: number;
  lang: string;
  dir: string;
  /** Empty where only the wording of a translation differs. */
  entries: DiffEntry[];
}

/**
 * What a version changed since another, in `language` if both have it, else in the first language they share, which is
 * the letter's own; undefined for the first version.
 */
export function changeSince(
  before: Version | undefined,
  after: Version,
  language: string,
): ShownChange | undefined {
  if (!before) return undefined;
  const shared = after.texts.filter((text) => before.texts.some((other) => other.language === text.language));
  const now = shared.find((text) => text.language === language) ?? shared[0];
  const then = now && before.texts.find((text) => text.language === now.language);
  if (!now || !then) return undefined;
  return {
    before: before.number,
    lang: now.language,
    dir: dir(now.language),
    entries: diffTexts(then, now),
  };
}

function textIn(version: Version, language: string): CurrentText | undefined {
  return version.texts.find((text) => text.language === language) ?? version.texts[0];
}
