import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import {
  openPreferences,
  setPreference,
  type Preferences,
} from "../../domain/consent/preferences-service.js";
import { publicStanding } from "../../domain/letters/letter.js";
import { whyOf } from "../../domain/outreach/policy-service.js";
import { fieldText, withForm, type FormState, emptyForm } from "../forms.js";
import { PUBLIC_POSTS, limitPosts } from "../middleware/rate-limit.js";
import { keepPrivate, languageOf, page } from "../pages.js";
import { ctxOf } from "../request.js";
import { suffixOf } from "./personal.js";

const DONE = new Set(["stop_all", "stop_letter", "allow_all", "allow_letter", "language"]);

/**
 * The page at the foot of each outreach mail, beside the link that stops all at once: who writes, why, and what the
 * person wants to get. No account; opening it changes nothing; each button posts from our own page.
 */
export function preferenceRoutes(app: App): Router {
  const router = Router();
  router.get("/preferences/:token", (req, res) => show(app, req, res, emptyForm()));
  router.post("/preferences/:token", limitPosts(app, PUBLIC_POSTS), async (req, res) => {
    await withForm(
      req.body,
      async () => {
        const act = fieldText(req.body, "act");
        const language = fieldText(req.body, "language");
        await setPreference(ctxOf(res), tokenOf(req), { act, language } as never, app.messages.languages);
        const lang = suffixOf(app, req).replace("?", "&");
        res.redirect(303, `/preferences/${encodeURIComponent(tokenOf(req))}?done=${act}${lang}`);
      },
      (form) => show(app, req, res, form, 422),
    );
  });
  return router;
}

function tokenOf(req: Request): string {
  return String(req.params["token"]);
}

async function show(app: App, req: Request, res: Response, form: FormState, status = 200): Promise<void> {
  const preferences = await openPreferences(ctxOf(res), tokenOf(req));
  keepPrivate(res);
  const lang = languageFor(app, req, preferences);
  const done = typeof req.query["done"] === "string" ? req.query["done"] : "";
  const suffix = suffixOf(app, req);
  page(
    app,
    req,
    res,
    "public/preferences",
    {
      title: app.messages.t(lang, "preferences.title"),
      notice: DONE.has(done) ? app.messages.t(lang, `preferences.done.${done}`) : "",
      ...shown(app, preferences, lang),
      action: `/preferences/${encodeURIComponent(tokenOf(req))}${suffix}`,
      suffix,
      ...form,
    },
    { lang, layout: "personal", status },
  );
}

/** The language that the address asks for, else the one the person chose, else that of the mail. */
function languageFor(app: App, req: Request, { contact, language }: Preferences): string {
  if (typeof req.query["lang"] === "string") return languageOf(app, req);
  return (contact?.language && app.messages.match(contact.language)) || app.messages.match(language) || "en";
}

function shown(app: App, preferences: Preferences, lang: string): Record<string, unknown> {
  const { contact, organisationName, letterSlug, letterState } = preferences;
  const sponsor = preferences.sponsorName ?? app.config.mailFrom;
  const isPublic = letterState !== null && publicStanding(letterState) === "shown";
  const why =
    contact && organisationName
      ? whyOf({
          lawfulBasis: contact.basis,
          organisationName,
          source: contact.source,
          sourceAt: contact.sourceAt,
        })
      : undefined;
  return {
    sponsor: { name: sponsor },
    sponsorAddress: preferences.sponsorAddress ?? "",
    sponsorEmail: preferences.sponsorEmail ?? "",
    letterTitle: (preferences.letterTitle ?? "").replace(/[.\s]+$/u, ""),
    letterHref: isPublic && letterSlug ? `/letters/${letterSlug}` : "",
    why: why ? app.messages.t(lang, why.key, why.args) : "",
    all: preferences.all,
    letter: preferences.letter,
    hasLetter: preferences.letterId !== null,
    wrongPerson: wrongPersonPath(preferences.invitationAddress),
    chosen: (contact?.language && app.messages.match(contact.language)) || lang,
    languages: contact
      ? app.messages.languages.map((value) => ({
          value,
          label: new Intl.DisplayNames([value], { type: "language" }).of(value) ?? value,
        }))
      : [],
  };
}

/** The page on our own origin where somebody says that they are not the right person. */
function wrongPersonPath(invitationAddress: string | null): string {
  return invitationAddress ? `${new URL(invitationAddress).pathname}/wrong-person` : "";
}
