import type { Request, Response } from "express";
import type { App } from "../app.js";
import { footerLinks } from "./footer.js";

/** How a page is answered, beside its view. */
export interface PageOptions {
  /** HTTP status, 200 unless given. */
  status?: number;
  /** Language of the interface; the wish of the request unless given. */
  lang?: string;
  /** Another layout than the one named like the template's folder. */
  layout?: string;
}

/** Renders a template in its layout and answers with it; the foot leads to privacy, help and the rest unless told otherwise. */
export function page(
  app: App,
  req: Request,
  res: Response,
  template: string,
  content: Record<string, unknown>,
  options: PageOptions = {},
): void {
  const view = withFooter(app, req, content, options.lang);
  const lang = options.lang ?? languageOf(app, req);
  const html = app.templates.render(
    template,
    { path: req.path, ...view },
    {
      lang,
      ...(options.layout ? { layout: options.layout } : {}),
    },
  );
  res
    .status(options.status ?? 200)
    .type("html")
    .setHeader("Content-Language", lang);
  res.send(html);
}

/** The language that a request wishes for: `?lang=` first, then what the browser prefers, else English. */
export function languageOf(app: App, req: Request): string {
  const asked = req.query["lang"];
  if (typeof asked === "string" && app.messages.match(asked)) return app.messages.match(asked) ?? "en";
  for (const wish of req.acceptsLanguages()) {
    const found = wish === "*" ? undefined : app.messages.match(wish);
    if (found) return found;
  }
  return "en";
}

/** Marks an answer as private: never stored by anyone, never indexed. */
export function keepPrivate(res: Response): void {
  res.setHeader("Cache-Control", "no-store");
  res.setHeader("X-Robots-Tag", "noindex, nofollow");
}

function withFooter(
  app: App,
  req: Request,
  view: Record<string, unknown>,
  lang: string | undefined,
): Record<string, unknown> {
  const asked = req.query["lang"];
  const known = typeof asked === "string" && app.messages.match(asked) !== undefined;
  const links = footerLinks(app, lang ?? languageOf(app, req), known);
  return { ...view, footer: { links, ...(view["footer"] as object | undefined) } };
}
