import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { publicSponsors, type Sponsor } from "../../domain/publication/sponsor-views.js";
import { DAY } from "../../platform/clock.js";
import { readMailbox } from "../../platform/mailer.js";
import { FOOTER_PAGES } from "../footer.js";
import { languageOf, page } from "../pages.js";
import { ctxOf } from "../request.js";

const FRESH_SECONDS = 300;
const CONTACT_DAYS = 90;

/** What a visitor looks for at the foot of every page: privacy, help, accessibility, who runs it, whom to tell of a hole. */
export function pageRoutes(app: App): Router {
  const router = Router();
  for (const name of FOOTER_PAGES) {
    router.get(`/${name}`, async (req, res) => showPage(app, req, res, name));
  }
  router.get("/.well-known/security.txt", async (_req, res) => {
    const sponsors = await publicSponsors(ctxOf(res), "en");
    res.set("Cache-Control", `public, max-age=${FRESH_SECONDS}`).type("text/plain");
    res.send(securityText(app, sponsors));
  });
  return router;
}

async function showPage(app: App, req: Request, res: Response, name: string): Promise<void> {
  const lang = languageOf(app, req);
  const sponsors = await publicSponsors(ctxOf(res), lang);
  const [only] = sponsors.length === 1 ? sponsors : [];
  res.set("Cache-Control", `public, max-age=${FRESH_SECONDS}`);
  res.vary("Accept-Language");
  page(
    app,
    req,
    res,
    `public/${name}`,
    {
      title: app.messages.t(lang, `pages.${name}.title`),
      description: app.messages.t(lang, `pages.${name}.lead`),
      canonical: `${app.config.publicUrl}/${name}`,
      ...(only ? { sponsor: { name: only.name, href: "/" } } : {}),
      languages: app.messages.languages.map((each) => ({
        lang: each,
        href: `/${name}?lang=${each}`,
        current: each === lang,
      })),
      sponsors,
      fallback: readMailbox(app.config.mailFrom).address,
      openLetters: sponsors.flatMap(({ letters }) => letters.filter((letter) => letter.takesSignatures)),
      origin: app.config.publicUrl,
    },
    { lang },
  );
}

/** Whom to tell of a security hole (RFC 9116): those who run the public letters, or else the sender of the mails. */
function securityText(app: App, sponsors: readonly Sponsor[]): string {
  const addresses = new Set(sponsors.map(({ email }) => email));
  if (addresses.size === 0) addresses.add(readMailbox(app.config.mailFrom).address);
  const expires = new Date(app.clock.now().getTime() + CONTACT_DAYS * DAY);
  return [
    ...[...addresses].map((address) => `Contact: mailto:${encodeURI(address)}`),
    `Expires: ${expires.toISOString().slice(0, 10)}T00:00:00Z`,
    `Preferred-Languages: ${app.messages.languages.join(", ")}`,
    `Canonical: ${app.config.publicUrl}/.well-known/security.txt`,
    "",
  ].join("\n");
}
