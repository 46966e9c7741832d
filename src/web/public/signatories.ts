import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import {
  signatoryListDocument,
  signatoryQuery,
  type SignatoryListDocument,
} from "../../domain/publication/commands.js";
import { siteNotice, siteNow } from "../../domain/letters/site-service.js";
import type { Coverage } from "../../domain/publication/coverage.js";
import { publicCoverage } from "../../domain/publication/coverage-views.js";
import { publicLetter } from "../../domain/publication/service.js";
import type { ListFilter, Signatory } from "../../domain/publication/signatory.js";
import {
  signatoryList,
  signatoryTotals,
  similarNames,
  type SignatoryPage,
  type SignatoryTotals,
} from "../../domain/publication/views.js";
import { publishedBands } from "../../domain/pledges/views.js";
import type { Ctx } from "../../platform/context.js";
import { csvFile } from "../../platform/csv.js";
import { countryName, formatDate, mark } from "../../platform/i18n.js";
import { parse } from "../../platform/schema.js";
import { query } from "../../platform/template-helpers.js";
import { sendPublic } from "../page-cache.js";
import { ctxOf } from "../request.js";
import {
  filterChoices,
  letterFrame,
  letterInLanguage,
  SHARED,
  type LetterInLanguage,
} from "./letter-frame.js";
import { embedCode } from "./embed.js";
import { bandDocument, bandLines, type Bands } from "./band-words.js";
import { signatoryRows } from "./signatory-rows.js";
import { totalBars } from "./signatory-totals.js";

/** The list of signatories as a page, and its twins for programs, spreadsheets and plain readers. */
export function signatoryRoutes(app: App): Router {
  const router = Router();
  router.get("/letters/:slug/signatories", async (req, res) => {
    const list = await readList(app, ctxOf(res), req, req.params.slug, 1);
    if (redirectToLast(res, list, "")) return;
    const { lang } = list.seen;
    const body = app.templates.render("public/signatories", pageView(app, list), { lang });
    sendPublic(res, { type: "text/html; charset=utf-8", body, headers: { "Content-Language": lang } });
  });
  router.get("/letters/:slug/signatories.json", async (req, res) => {
    const list = await readList(app, ctxOf(res), req, req.params.slug);
    if (redirectToLast(res, list, ".json")) return;
    const body = JSON.stringify(
      listDocument(app, list, await publicCoverage(ctxOf(res), list.seen.letter.id)),
    );
    sendPublic(res, { type: "application/json; charset=utf-8", body, headers: SHARED });
  });
  router.get("/letters/:slug/signatories.csv", async (req, res) => {
    const list = await readList(app, ctxOf(res), req, req.params.slug);
    if (redirectToLast(res, list, ".csv")) return;
    const headers = { ...SHARED, "Content-Disposition": `attachment; filename="${fileName(list, "csv")}"` };
    sendPublic(res, { type: "text/csv; charset=utf-8", body: listCsv(app.config.publicUrl, list), headers });
  });
  router.get("/letters/:slug/signatories.txt", async (req, res) => {
    const list = await readList(app, ctxOf(res), req, req.params.slug);
    if (redirectToLast(res, list, ".txt")) return;
    const headers = { ...SHARED, "Content-Disposition": `inline; filename="${fileName(list, "txt")}"` };
    sendPublic(res, { type: "text/plain; charset=utf-8", body: listText(app, list), headers });
  });
  return router;
}

interface List {
  seen: LetterInLanguage;
  filter: ListFilter;
  /** The page that was asked for; undefined for all of the list. */
  wanted: number | undefined;
  found: SignatoryPage;
  totals: SignatoryTotals;
  bands: Bands;
  /** Names to look for instead, where nobody has the one that was looked for. */
  similar: string[];
  /** What stands over every public page. */
  notice: string;
  at: Date;
}

/** Reads what the query asks for; without a page in it, page `without`, or all of the list. */
async function readList(app: App, ctx: Ctx, req: Request, slug: string, without?: number): Promise<List> {
  const letter = await publicLetter(ctx, slug);
  const { page, ...filter } = parse(signatoryQuery, req.query);
  const wanted = page ?? without;
  const found = await signatoryList(ctx, { ...filter, letterId: letter.id, page: wanted });
  return {
    seen: await letterInLanguage(app, ctx, req, letter),
    filter,
    wanted,
    found,
    similar: found.total === 0 && filter.q !== "" ? await similarNames(ctx, letter.id, filter.q) : [],
    totals: await signatoryTotals(ctx, letter.id),
    bands: await publishedBands(ctx, letter.id),
    notice: siteNotice(await siteNow(ctx)),
    at: ctx.clock.now(),
  };
}

/** The part of the query that differs from the plain list. */
function params({ filter, seen }: List): Record<string, string> {
  const { q, sector, country, region, sort } = filter;
  return { q, sector, country, region, sort: sort === "name" ? "" : sort, lang: seen.asked };
}

function listPath({ seen }: List, twin = ""): string {
  return `/letters/${seen.letter.slug}/signatories${twin}`;
}

/** Lists get shorter: a page behind the last one leads to the last. */
function redirectToLast(res: Response, list: List, twin: string): boolean {
  if (list.wanted === undefined || list.wanted <= list.found.pages) return false;
  res.redirect(302, query(listPath(list, twin), { ...params(list), page: list.found.pages }));
  return true;
}

function pageView(app: App, list: List) {
  const { seen, filter, found, totals } = list;
  const { lang, text } = seen;
  const path = listPath(list);
  const at = (page: number) => query(path, { ...params(list), page: page > 1 ? page : "" });
  const { lang: _lang, ...filters } = params(list);
  return {
    ...letterFrame(app, seen, path, { ...filters, page: found.page > 1 ? String(found.page) : "" }),
    ...filterChoices(app, lang, totals),
    title: app.messages.t(lang, "public.list.title", { letter: text.title }),
    description: text.summary || text.addressee,
    notice: list.notice,
    letterTitle: text.title,
    letterHref: query(`/letters/${seen.letter.slug}`, { lang: seen.asked }),
    reportHref: query(`/letters/${seen.letter.slug}/report`, { lang: seen.asked }),
    path,
    filter,
    filtered: Boolean(filter.q || filter.sector || filter.country || filter.region),
    similar: list.similar.map((name) => ({ name, href: query(path, { q: name, lang: seen.asked }) })),
    ...totalBars(app, lang, totals, { path, asked: seen.asked, all: true }),
    countries: totals.countries.length,
    clearHref: query(path, { lang: seen.asked }),
    rows: signatoryRows(app, lang, found.items, query(`/letters/${seen.letter.slug}`, { lang: seen.asked })),
    bands: bandLines(app, lang, list.bands),
    whyHref: `${query(`/letters/${seen.letter.slug}`, { lang: seen.asked })}#bands`,
    total: found.total,
    embedCode: embedCode(app, seen),
    signed: totals.signed,
    withdrawn: totals.withdrawn,
    reserved: totals.reserved,
    asOf: list.at,
    sortName: {
      href: query(path, { ...params(list), sort: "" }),
      sorted: filter.sort === "name" ? "ascending" : "",
    },
    sortDate: {
      href: query(path, { ...params(list), sort: "date" }),
      sorted: filter.sort === "date" ? "descending" : "",
    },
    pager: {
      page: found.page,
      pages: found.pages,
      ...(found.page > 1 ? { previous: at(found.page - 1) } : {}),
      ...(found.page < found.pages ? { next: at(found.page + 1) } : {}),
    },
  };
}

/** The list as JSON, of the declared fields only. */
function listDocument(app: App, list: List, coverage: Coverage): SignatoryListDocument {
  const { seen, filter, found, totals, wanted } = list;
  const { letter, text } = seen;
  const home = `${app.config.publicUrl}/letters/${letter.slug}`;
  return signatoryListDocument.parse({
    letter: {
      slug: letter.slug,
      url: home,
      title: text.title,
      language: text.language,
      state: letter.state,
      version: text.versionNumber,
      closes_at: letter.closes_at?.toISOString() ?? null,
    },
    counts: {
      signed: totals.signed,
      with_reservation: totals.reserved,
      countries: totals.countries.length,
      withdrawn: totals.withdrawn,
    },
    support: {
      confidential: bandDocument(list.bands.confidential),
      pledged: bandDocument(list.bands.pledge),
    },
    coverage,
    filter,
    totals: { regions: totals.regions, countries: totals.countries, sectors: totals.sectors },
    total: found.total,
    page: wanted === undefined ? null : found.page,
    pages: wanted === undefined ? null : found.pages,
    items: found.items.map((item) => ({
      anchor: item.anchor,
      url: `${home}${query("/signatories", { q: item.organisation })}#${item.anchor}`,
      organisation: item.organisation,
      country: item.country,
      sector: item.sector,
      signatory_name: item.signatoryName,
      signatory_title: item.signatoryTitle,
      state: item.withdrawnAt ? "withdrawn" : "published",
      signed_at: item.signedAt.toISOString(),
      withdrawn_at: item.withdrawnAt?.toISOString() ?? null,
      quote: item.quote,
      reservations: item.reservations,
      logo: item.logo ? app.config.publicUrl + item.logo.path : null,
      scope: item.scope,
      covers: item.covers,
      checked: item.checked,
      signed_version: item.signedVersion,
    })),
  });
}

const COLUMNS = [
  "organisation",
  "country",
  "sector",
  "signatory_name",
  "signatory_title",
  "state",
  "signed_on",
  "withdrawn_on",
  "quote",
  "checked",
  "reservation",
  "logo",
  "signed_version",
  "scope",
  "covers",
];

function listCsv(publicUrl: string, { found }: List): string {
  return csvFile(
    COLUMNS,
    found.items.map((item) => [
      item.organisation,
      item.country,
      item.sector,
      item.signatoryName,
      item.signatoryTitle,
      item.withdrawnAt ? "withdrawn" : "published",
      isoDay(item.signedAt),
      item.withdrawnAt ? isoDay(item.withdrawnAt) : "",
      item.quote,
      item.checked.join(" "),
      item.reservations.map(({ clause, text }) => `${clause}: ${text}`).join("\n"),
      item.logo ? publicUrl + item.logo.path : "",
      item.signedVersion,
      item.scope,
      item.covers.join("\n"),
    ]),
  );
}

function listText(app: App, list: List): string {
  const { seen, found, totals, at } = list;
  const { lang, text } = seen;
  const t = app.messages.t.bind(undefined, lang);
  const head = [
    text.title,
    t("public.list.text_count", {
      count: totals.signed,
      countries: totals.countries.length,
      withdrawn: totals.withdrawn,
      date: at,
    }),
    ...bandText(app, lang, list),
    `${app.config.publicUrl}/letters/${seen.letter.slug}`,
  ];
  const lines = found.items.map((item) => textLine(app, lang, item));
  return `${[...head, "", ...lines].join("\n")}\n`;
}

function bandText(app: App, lang: string, { bands }: List): string[] {
  const { lines, note } = bandLines(app, lang, bands);
  return lines.length > 0 ? [[...lines, note].join(" ")] : [];
}

function textLine(app: App, lang: string, item: Signatory): string {
  const signed = formatDate(lang, item.signedAt, "short");
  const who = [item.organisation, countryName(lang, item.country), item.signatoryName, item.signatoryTitle];
  const dates = item.withdrawnAt
    ? app.messages.t(lang, "public.list.dates_withdrawn", {
        signed,
        withdrew: formatDate(lang, item.withdrawnAt, "short"),
      })
    : signed;
  const reserved = item.reservations.map(({ clause, text }) =>
    app.messages.t(lang, "statements.public.reservation_text", { clause, text }),
  );
  const version = item.signedVersion
    ? [app.messages.t(lang, "versions.signed_version", { number: item.signedVersion })]
    : [];
  const group = item.scope === "group" ? [app.messages.t(lang, "group.whole").toLowerCase()] : [];
  return [[...who.filter(Boolean), dates, ...group, ...version].join(mark(lang, ", ")), ...reserved]
    .join(mark(lang, ". "))
    .replaceAll(/\s+/g, " ");
}

function isoDay(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** A telling name: which letter, what, and of which day. */
function fileName({ seen, at }: List, extension: string): string {
  return `${seen.letter.slug}-signatories-${isoDay(at)}.${extension}`;
}
