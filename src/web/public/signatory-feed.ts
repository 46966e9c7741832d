import { Router } from "express";
import type { App } from "../../app.js";
import { signatoryQuery } from "../../domain/publication/commands.js";
import { latestCheckpoint } from "../../domain/log/service.js";
import { publicLetter } from "../../domain/publication/service.js";
import type { Signatory } from "../../domain/publication/signatory.js";
import { signatoryList } from "../../domain/publication/views.js";
import { countryName, formatDate } from "../../platform/i18n.js";
import { parse } from "../../platform/schema.js";
import { query } from "../../platform/template-helpers.js";
import { sendPublic } from "../page-cache.js";
import { ctxOf } from "../request.js";
import { letterInLanguage, sectorName, SHARED } from "./letter-frame.js";

/** A feed holds the latest entries; whoever wants all of them takes JSON or CSV. */
const ENTRIES = 50;

/**
 * The list as an Atom feed (RFC 4287), latest first: who signed, and who withdrew. Entries keep their ids for ever (tag
 * URIs, RFC 4151, dated by the letter's making), so that a reader shows each once. It carries the newest checkpoint of
 * the letter's log, so that every reader keeps what a later log can be held against (docs/log.md).
 */
export function feedRoutes(app: App): Router {
  const router = Router();
  router.get("/letters/:slug/signatories.atom", async (req, res) => {
    const ctx = ctxOf(res);
    const letter = await publicLetter(ctx, req.params.slug);
    const { page: _page, ...filter } = parse(signatoryQuery, req.query);
    const seen = await letterInLanguage(app, ctx, req, letter);
    const { lang, text, asked } = seen;
    const found = await signatoryList(ctx, { ...filter, sort: "date", letterId: letter.id, limit: ENTRIES });
    const path = `/letters/${letter.slug}/signatories`;
    const { sort: _sort, ...kept } = { ...filter, lang: asked };
    const home = app.config.publicUrl;
    const made = `tag:${new URL(home).hostname},${letter.created_at.toISOString().slice(0, 10)}:${letter.slug}`;
    const moments = found.items.map(changedAt);
    const view = {
      id: [
        made,
        ...Object.entries(kept).flatMap(([name, value]) =>
          value ? [`${name}=${encodeURIComponent(value)}`] : [],
        ),
      ].join("/"),
      title: xmlText(app.messages.t(lang, "public.list.title", { letter: text.title })),
      updated: new Date(Math.max(letter.created_at.getTime(), ...moments.map(Number))).toISOString(),
      self: home + query(`${path}.atom`, kept),
      page: home + query(path, kept),
      sponsor: xmlText(letter.sponsor_name),
      checkpoint: (await latestCheckpoint(ctx, letter.id)) ?? "",
      checkpointHref: `${home}/letters/${letter.slug}/log/checkpoint`,
      entries: found.items.map((item) => ({
        id: `${made}/${item.anchor}/${item.withdrawnAt ? "withdrew" : "signed"}`,
        title: app.messages.t(lang, item.withdrawnAt ? "reuse.feed.withdrew" : "reuse.feed.signed", {
          organisation: xmlText(item.organisation),
        }),
        published: changedAt(item).toISOString(),
        updated: changedAt(item).toISOString(),
        href: `${home}${query(path, { q: item.organisation, lang: asked })}#${item.anchor}`,
        content: xmlText(contentOf(app, lang, item)),
      })),
    };
    const body = app.templates.render("feeds/signatories", view, { lang });
    sendPublic(res, { type: "application/atom+xml; charset=utf-8", body, headers: SHARED });
  });
  return router;
}

/** A text without what no XML document may hold, not even escaped (XML 1.0, 2.2): one such character ends the whole feed. */
function xmlText(text: string): string {
  return text.replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "\ufffd");
}

/** When an entry last became another one. */
function changedAt(item: Signatory): Date {
  return item.withdrawnAt ?? item.signedAt;
}

function contentOf(app: App, lang: string, item: Signatory): string {
  const who = [item.signatoryName, item.signatoryTitle].filter(Boolean).join(", ");
  const what = [item.organisation, countryName(lang, item.country), sectorName(app, lang, item.sector), who];
  const date = formatDate(lang, item.signedAt, "long");
  const said = item.withdrawnAt
    ? app.messages.t(lang, "public.list.dates_withdrawn", {
        signed: date,
        withdrew: formatDate(lang, item.withdrawnAt, "long"),
      })
    : date;
  return [...what.filter(Boolean), said].join(" · ");
}
