import type { App } from "../app.js";
import { keptPage, type KeptPage } from "./kept-page.js";

const copies = new WeakMap<KeptPage, KeptPage>();

/**
 * A page as it last was, saying so: pages for people by a sentence on top, everything else by the header
 * `Countersign-Stale: 1` alone (ruling 33). Nobody in front keeps it.
 */
export function staleCopy(app: App, page: KeptPage): KeptPage {
  const known = copies.get(page);
  if (known) return known;
  const { body, headers } = page.identity;
  const language = headers["content-language"] ?? "en";
  const isPage = headers["content-type"]?.startsWith("text/html");
  const said = isPage
    ? Buffer.from(withNotice(body.toString("utf8"), app.messages.t(language, "public.stale")))
    : body;
  const { etag: _tag, "content-length": _length, ...rest } = headers;
  const copy = keptPage(said, { ...rest, "cache-control": "no-store", "countersign-stale": "1" });
  copies.set(page, copy);
  return copy;
}

function withNotice(html: string, sentence: string): string {
  const words = sentence.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return html.replace(/<main[^>]*>/, (open) => `${open}<p class="notice" role="status">${words}</p>`);
}
