import { Router } from "express";
import type { App } from "../../app.js";
import { publicStanding, LETTER_STATES } from "../../domain/letters/letter.js";
import { siteNotice, siteNow } from "../../domain/letters/site-service.js";
import { listLettersIn } from "../../domain/letters/views.js";
import { FOOTER_PAGES, footerLinks } from "../footer.js";
import { languageOf } from "../pages.js";
import { sendPublic } from "../page-cache.js";
import { ctxOf } from "../request.js";
import { homeSections } from "./home-sections.js";

const SHOWN = LETTER_STATES.filter((state) => publicStanding(state) === "shown");

/** Where nothing for the public is, and what belongs to one reader only. */
const CLOSED_TO_ROBOTS = ["/console", "/api", "/r/", "/confirm/", "/attest/", "/manage/", "/unsubscribe/"];

/** The front door: the one letter, or a list of them; and what search engines ask for. */
export function homeRoutes(app: App): Router {
  const router = Router();
  router.get("/", async (req, res) => {
    const lang = languageOf(app, req);
    const letters = await listLettersIn(ctxOf(res), SHOWN, lang);
    const [only] = letters;
    if (only && letters.length === 1) return res.redirect(302, `/letters/${only.slug}`);
    const title = app.messages.t(lang, "public.home.title");
    const sections = homeSections(letters, ctxOf(res).clock.now());
    const footer = { links: footerLinks(app, lang, req.query["lang"] === lang) };
    const notice = siteNotice(await siteNow(ctxOf(res)));
    const view = { title, notice, sections, canonical: `${app.config.publicUrl}/`, footer };
    const body = app.templates.render("public/home", view, { lang });
    return sendPublic(res, { type: "text/html; charset=utf-8", body, headers: { "Content-Language": lang } });
  });
  router.get("/robots.txt", (_req, res) => {
    const lines = ["User-agent: *", ...CLOSED_TO_ROBOTS.map((path) => `Disallow: ${path}`)];
    res.type("text").send(`${lines.join("\n")}\nSitemap: ${app.config.publicUrl}/sitemap.xml\n`);
  });
  router.get("/sitemap.xml", async (_req, res) => {
    const letters = await listLettersIn(ctxOf(res), SHOWN, "en");
    const home = app.config.publicUrl;
    const pages = [
      ...letters
        .flatMap((letter) => [letter, { ...letter, slug: `${letter.slug}/signatories` }])
        .map(({ slug, languages }) => ({ href: `${home}/letters/${slug}`, languages })),
      ...FOOTER_PAGES.map((name) => ({ href: `${home}/${name}`, languages: app.messages.languages })),
    ].map(({ href, languages }) => ({
      href,
      languages: languages.map((lang) => ({ lang, href: `${href}?lang=${lang}` })),
    }));
    const body = app.templates.render("feeds/sitemap", { pages }, { lang: "en" });
    sendPublic(res, { type: "application/xml; charset=utf-8", body });
  });
  return router;
}
