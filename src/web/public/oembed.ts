import { Router } from "express";
import type { App } from "../../app.js";
import { oembedQuery } from "../../domain/publication/commands.js";
import { publicLetter } from "../../domain/publication/service.js";
import { DomainError, notFound } from "../../platform/errors.js";
import { parse } from "../../platform/schema.js";
import { query } from "../../platform/template-helpers.js";
import { sendPublic } from "../page-cache.js";
import { ctxOf } from "../request.js";
import { cardLink } from "./card-link.js";
import { EMBED_HEIGHT, EMBED_WIDTH } from "./embed.js";
import { letterInLanguage, SHARED } from "./letter-frame.js";

const OF_LETTER = /^\/letters\/([a-z0-9-]{1,80})(?:\/(?:signatories|embed))?$/;

/**
 * What a publishing tool asks when somebody pastes the address of a letter (oEmbed 1.0, §2): a frame of the newest
 * signatories, in the size it wants at most. XML is not spoken: 501, as the specification has it.
 */
export function oembedRoutes(app: App): Router {
  const router = Router();
  router.get("/oembed", async (req, res) => {
    const ctx = ctxOf(res);
    const asked = parse(oembedQuery, req.query);
    if (asked.format !== "json") throw new DomainError("invalid", "reuse.oembed_format", {}, { status: 501 });
    const { slug, lang: wish } = letterOf(app, asked.url);
    const letter = await publicLetter(ctx, slug);
    const { text, lang } = await letterInLanguage(app, ctx, req, letter, wish);
    const home = app.config.publicUrl;
    const frame = home + query(`/letters/${slug}/embed`, { lang: wish });
    const [width, height] = [Math.min(EMBED_WIDTH, asked.maxwidth), Math.min(EMBED_HEIGHT, asked.maxheight)];
    const attributes = { src: frame, title: text.title, width, height };
    const html = app.templates.render("feeds/oembed", attributes, { lang }).trim();
    const card = cardLink(app, { letter, text, lang });
    const body = JSON.stringify({
      version: "1.0",
      type: "rich",
      title: text.title,
      author_name: letter.sponsor_name,
      provider_name: letter.sponsor_name,
      provider_url: home,
      cache_age: 3600,
      thumbnail_url: card.href,
      thumbnail_width: card.width,
      thumbnail_height: card.height,
      html,
      width,
      height,
    });
    sendPublic(res, { type: "application/json; charset=utf-8", body, headers: SHARED });
  });
  return router;
}

/** Which letter an address of ours leads to. Throws not_found for every other address. */
function letterOf(app: App, address: string): { slug: string; lang: string } {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const slug =
    url?.origin === new URL(app.config.publicUrl).origin ? OF_LETTER.exec(url.pathname)?.[1] : undefined;
  if (!url || slug === undefined) throw notFound("letter.unknown");
  return { slug, lang: url.searchParams.get("lang") ?? "" };
}
