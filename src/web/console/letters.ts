import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { mayAmend, mayEditText, publicStanding } from "../../domain/letters/letter.js";
import {
  addVersion,
  browseLetters,
  createLetter,
  showLetter,
  updateLetter,
  writeText,
  type LetterFile,
} from "../../domain/letters/service.js";
import { previewAnonymise } from "../../domain/privacy/anonymise-service.js";
import { changeLetterState } from "../../domain/letters/state-service.js";
import { mayDo } from "../../domain/team/permission.js";
import { requirePermission } from "../../domain/team/service.js";
import { notFound } from "../../platform/errors.js";
import type { Version } from "../../domain/letters/views.js";
import { languageName } from "../../platform/i18n.js";
import { letterClauses } from "../../platform/markdown.js";
import { asRecord, emptyForm, withForm, type FormState } from "../forms.js";
import { letterView } from "../public/letters.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";
import { stateWords } from "./letter-words.js";
import { logFacts } from "./log-words.js";
import { letterHold } from "./outreach-of.js";

const PAGE = 100;

/** Letters: write, translate, look at as the public would, and move along. */
export function letterDeskRoutes(app: App): Router {
  const router = Router();
  router.get("/letters", (req, res) => showLetters(app, req, res));
  router.get("/letters/new", (req, res) => showNew(app, req, res, emptyForm({ default_language: "en" })));
  router.post("/letters", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        const { slug } = await createLetter(ctxOf(res), asRecord(req.body) as never);
        res.redirect(303, `/console/letters/${slug}`);
      },
      (form) => showNew(app, req, res, form, 422),
    );
  });
  router.get("/letters/:slug", (req, res) => showOne(app, req, res, req.params.slug, emptyForm()));
  router.get("/letters/:slug/preview", (req, res) => showPreview(app, req, res, req.params.slug));
  router.post("/letters/:slug/state", async (req, res) => {
    const { slug } = req.params;
    await withForm(
      req.body,
      async () => {
        // A delivery wants to be recorded; that has a page of its own.
        if (asRecord(req.body)["to"] === "delivered")
          return res.redirect(303, `/console/letters/${slug}/delivery`);
        await changeLetterState(ctxOf(res), slug, asRecord(req.body) as never);
        res.redirect(303, `/console/letters/${slug}`);
      },
      (form) => showOne(app, req, res, slug, { ...form, values: {} }, "reason" in form.errors ? 422 : 409),
    );
  });
  detailRoutes(app, router);
  textRoutes(app, router);
  return router;
}

function detailRoutes(app: App, router: Router): void {
  router.get("/letters/:slug/details", (req, res) =>
    showDetails(app, req, res, req.params.slug, emptyForm()),
  );
  router.post("/letters/:slug/details", async (req, res) => {
    const { slug } = req.params;
    await withForm(
      req.body,
      async () => {
        await updateLetter(ctxOf(res), slug, asRecord(req.body));
        res.redirect(303, `/console/letters/${slug}`);
      },
      (form) => showDetails(app, req, res, slug, form, 422),
    );
  });
}

function textRoutes(app: App, router: Router): void {
  router.get("/letters/:slug/texts/:language", (req, res) =>
    showText(app, req, res, { ...req.params, form: emptyForm() }),
  );
  router.post("/letters/:slug/texts/:language", async (req, res) => {
    const { slug, language } = req.params;
    const body = asRecord(req.body);
    const input = language === "new" ? body : { ...body, language };
    await withForm(
      req.body,
      async () => {
        await writeText(ctxOf(res), slug, input as never);
        res.redirect(303, `/console/letters/${slug}`);
      },
      (form) => showText(app, req, res, { slug, language, form }, 422),
    );
  });
  router.get("/letters/:slug/versions/new", (req, res) =>
    showVersion(app, req, res, req.params.slug, emptyForm()),
  );
  router.post("/letters/:slug/versions", async (req, res) => {
    const { slug } = req.params;
    await withForm(
      req.body,
      async () => {
        await addVersion(ctxOf(res), slug, asRecord(req.body) as never);
        res.redirect(303, `/console/letters/${slug}`);
      },
      (form) => showVersion(app, req, res, slug, form, 422),
    );
  });
}

async function showLetters(app: App, req: Request, res: Response): Promise<void> {
  const { cursor } = req.query;
  const page = await browseLetters(ctxOf(res), {
    limit: PAGE,
    cursor: typeof cursor === "string" && /^[0-9a-f-]{36}$/.test(cursor) ? cursor : undefined,
  });
  consolePage(app, req, res, "console/letters", {
    title: "Letters",
    mayWrite: mayDo(ctxOf(res).actor, "letters:write"),
    letters: page.items.map((line) => ({
      ...line,
      shape: stateWords(line.state).shape,
      languageNames: line.languages.map(languageName).join(", "),
    })),
    nextHref: page.next ? `/console/letters?cursor=${page.next}` : "",
  });
}

function showNew(app: App, req: Request, res: Response, form: FormState, status = 200): void {
  requirePermission(ctxOf(res), "letters:write");
  const view = { title: "Write a letter", publicUrl: app.config.publicUrl, ...form };
  consolePage(app, req, res, "console/letter-new", view, { status });
}

/** What every page about one letter shows at its head. */
function head(file: LetterFile) {
  const { letter, line } = file;
  return {
    slug: letter.slug,
    base: `/console/letters/${letter.slug}`,
    letterTitle: line.title,
    state: letter.state,
    shape: stateWords(letter.state).shape,
    rowVersion: letter.row_version,
    language: letter.default_language,
    languageName: languageName(letter.default_language),
  };
}

async function showOne(
  app: App,
  req: Request,
  res: Response,
  slug: string,
  form: FormState,
  status = 200,
): Promise<void> {
  const ctx = ctxOf(res);
  const file = await showLetter(ctx, slug);
  const { letter, line, versions } = file;
  const [newest] = versions;
  const may = (permission: "letters:write" | "letters:publish") => mayDo(ctx.actor, permission);
  const words = stateWords(letter.state);
  const allowed = words.others.filter(({ to }) => may(permissionOf(to)));
  const main = words.main && may(permissionOf(words.main.to)) ? words.main : undefined;
  const view = {
    ...head(file),
    title: line.title,
    addressee: line.addressee,
    meaning: words.meaning,
    main,
    others: allowed,
    grave: may("letters:publish") ? words.grave : [],
    isPublic: publicStanding(letter.state) === "shown",
    mayWrite: may("letters:write") && mayAmend(letter.state),
    mayAddVersion: may("letters:publish") && mayAmend(letter.state) && letter.state !== "draft",
    editable: mayEditText(letter.state, (newest?.signatures ?? 0) > 0).may,
    signed: line.signed,
    inReview: line.inReview,
    facts: [...facts(app, file), ...(await logFacts(ctx, letter))],
    outreach: await letterHold(ctx, letter.id),
    versions: versions.map((version) => ({
      ...version,
      newest: version === newest,
      texts: version.texts.map((text) => ({
        ...text,
        name: languageName(text.language),
        own: text.language === letter.default_language,
        hash: text.contentHash.toString("hex"),
        short: text.contentHash.toString("hex").slice(0, 12),
        ...clausesOf(version, letter.default_language, text.bodyMd),
        words: text.bodyMd.split(/\s+/).filter(Boolean).length,
      })),
    })),
    mayAnonymise: mayDo(ctx.actor, "privacy:manage") && (await previewAnonymise(ctx, file.letter.slug)).may,
    ...form,
  };
  consolePage(app, req, res, "console/letter", view, { status });
}

/** How many clauses a text has, and whether its original has another number: reservations name clauses by number. */
function clausesOf(version: Version, ownLanguage: string, bodyMd: string) {
  const original = version.texts.find(({ language }) => language === ownLanguage);
  const clauses = letterClauses(bodyMd).length;
  const ofOriginal = original ? letterClauses(original.bodyMd).length : clauses;
  return { clauses, ofOriginal, clausesDiffer: clauses !== ofOriginal };
}

function permissionOf(to: string): "letters:write" | "letters:publish" {
  return to === "in_review" || to === "draft" ? "letters:write" : "letters:publish";
}

function minuteOf(at: Date | null): string {
  return at ? `${at.toISOString().slice(0, 16).replace("T", " ")} UTC` : "not set";
}

function facts(app: App, { letter, line }: LetterFile) {
  return [
    { name: "Address", value: `${app.config.publicUrl}/letters/${letter.slug}` },
    { name: "Sponsor", value: letter.sponsor_name },
    { name: "Postal address", value: letter.sponsor_address },
    { name: "E-mail", value: letter.sponsor_email },
    { name: "Who pays", value: letter.funding_note || "not said" },
    { name: "Opened", value: minuteOf(letter.opened_at) },
    ...(letter.launch_at ? [{ name: "Opens by itself", value: minuteOf(letter.launch_at) }] : []),
    { name: "Ends", value: minuteOf(letter.closes_at) },
    ...(letter.closed_at ? [{ name: "Closed", value: minuteOf(letter.closed_at) }] : []),
    { name: "Made", value: minuteOf(line.createdAt) },
  ];
}

async function showDetails(
  app: App,
  req: Request,
  res: Response,
  slug: string,
  form: FormState,
  status = 200,
): Promise<void> {
  requirePermission(ctxOf(res), "letters:write");
  const file = await showLetter(ctxOf(res), slug);
  const { letter } = file;
  const view = {
    ...head(file),
    title: "Sponsor and end",
    given: { ...letter, closes_at: endAsTyped(letter.closes_at), launch_at: minuteAsTyped(letter.launch_at) },
    ...form,
  };
  consolePage(app, req, res, "console/letter-details", view, { status });
}

function minuteAsTyped(at: Date | null): string {
  return at?.toISOString().replace(":00.000Z", "Z") ?? "";
}

/** An end as people type it: a day when it is the day's last second, else day and time. */
function endAsTyped(at: Date | null): string {
  const iso = at?.toISOString() ?? "";
  return iso.endsWith("T23:59:59.000Z") ? iso.slice(0, 10) : iso.replace(":00.000Z", "Z");
}

async function showText(
  app: App,
  req: Request,
  res: Response,
  { slug, language, form }: { slug: string; language: string; form: FormState },
  status = 200,
): Promise<void> {
  requirePermission(ctxOf(res), "letters:write");
  const file = await showLetter(ctxOf(res), slug);
  const newest = file.versions[0];
  const known = newest?.texts.find((text) => text.language === language);
  if (!known && language !== "new") throw notFound("letter.unknown");
  const own = newest?.texts.find((text) => text.language === file.letter.default_language);
  const isOwn = language === file.letter.default_language;
  const title = known ? `Text in ${languageName(language)}` : "Add a translation";
  const view = {
    ...head(file),
    title,
    isNew: !known,
    isOwn,
    textLanguage: known?.language ?? "",
    given: known ?? { title: "", addressee: "", summary: "", bodyMd: "", reviewed: false },
    original: isOwn ? undefined : own,
    action: `/console/letters/${slug}/texts/${language}`,
    ...form,
  };
  consolePage(app, req, res, "console/letter-text", view, { status });
}

async function showVersion(
  app: App,
  req: Request,
  res: Response,
  slug: string,
  form: FormState,
  status = 200,
): Promise<void> {
  requirePermission(ctxOf(res), "letters:publish");
  const file = await showLetter(ctxOf(res), slug);
  const newest = file.versions[0];
  const own = newest?.texts.find((text) => text.language === file.letter.default_language);
  const view = {
    ...head(file),
    title: `Version ${(newest?.number ?? 0) + 1}`,
    before: newest?.number ?? 0,
    signatures: newest?.signatures ?? 0,
    others: newest?.texts.filter((text) => text !== own).map((text) => languageName(text.language)) ?? [],
    given: own,
    ...form,
  };
  consolePage(app, req, res, "console/letter-version", view, { status });
}

/** The letter's page as everybody will see it, for staff only, whatever state it is in. */
async function showPreview(app: App, req: Request, res: Response, slug: string): Promise<void> {
  const ctx = ctxOf(res);
  const { letter } = await showLetter(ctx, slug);
  const { view, lang } = await letterView(app, ctx, req, letter);
  const hidden = publicStanding(letter.state) !== "shown";
  const preview = {
    ...view,
    noindex: true,
    notice: "Preview: only staff sees this page.",
    languages: view.languages.map((one) => ({
      ...one,
      href: `/console/letters/${slug}/preview?lang=${one.lang}`,
    })),
    ...(hidden ? { kind: app.messages.t(lang, "public.letter.kind.open_undated"), signing: "open" } : {}),
  };
  res.type("html").send(app.templates.render("public/letter", preview, { lang }));
}
