import type { App } from "../app.js";
import type { Link } from "../platform/layout-view.js";

/** The pages that every public page leads to at its foot. */
export const FOOTER_PAGES = ["privacy", "help", "accessibility", "imprint"] as const;

/** Links to these pages in words of `lang`; `asked` carries the language along, where the address asks for it. */
export function footerLinks(app: App, lang: string, asked: boolean): Link[] {
  return FOOTER_PAGES.map((name) => ({
    href: `/${name}${asked ? `?lang=${lang}` : ""}`,
    label: app.messages.t(lang, `common.${name}`),
  }));
}
