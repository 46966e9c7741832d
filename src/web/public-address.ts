import type { IncomingMessage } from "node:http";

/** A public page as the store of kept pages knows it. */
export interface PublicAddress {
  /** The letter whose pages it belongs to; undefined for pages that speak of all letters. */
  slug: string | undefined;
  /** The same for all requests that get the same answer. */
  key: string;
}

/** What the pages of a letter may be asked for; anything else in a query changes nothing and is not looked at. */
const ASKED = ["lang", "q", "sector", "country", "region", "sort", "page", "text"];

/** Pages of a letter that may be kept: the letter, its list, and every twin and part that stands below it by a plain name. */
const OF_LETTER =
  /^\/letters\/([a-z0-9-]{1,80})(?:\/(?:signatories(?:\.[a-z]{3,4})?|letter\.pdf|card\.png|embed|badge\.svg|versions|press|corrections|log\/(?:checkpoint|keys)))?$/;
const OF_ALL = new Set(["/", "/sitemap.xml", "/embed.js"]);

/** Longer addresses and headers are answered, but not kept: nobody fills the store with them. */
const LONGEST = 400;
const MOST_REMEMBERED = 5000;

/** Remembers what a text stands for, and forgets everything when it has become too much. */
function remembering<T>(work: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    if (known.size >= MOST_REMEMBERED) known.clear();
    const made = work(text);
    known.set(text, made);
    return made;
  };
}

interface Read {
  slug: string | undefined;
  key: string | undefined;
}

/** Addresses and wishes are remembered apart: together they would be as many as the product of both. */
const readAddress = remembering((url: string): Read => {
  const cut = url.indexOf("?");
  const path = cut < 0 ? url : url.slice(0, cut);
  const found = OF_LETTER.exec(path);
  if (!found && !OF_ALL.has(path)) return { slug: undefined, key: undefined };
  const slug = found?.[1];
  if (cut < 0) return { slug, key: path };
  const given = new URLSearchParams(url.slice(cut + 1));
  const parts: string[] = [];
  for (const name of ASKED) {
    const values = given.getAll(name);
    if (values.length > 1) return { slug, key: undefined };
    if (values[0] !== undefined && values[0] !== "") parts.push(`${name}=${encodeURIComponent(values[0])}`);
  }
  return { slug, key: parts.length > 0 ? `${path}?${parts.join("&")}` : path };
});

/** The languages a browser wishes for, most wished first, as they are compared: `fr-ch, fr;q=0.9` → `fr-ch,fr`. */
const readWishes = remembering((header: string): string =>
  header
    .toLowerCase()
    .split(",")
    .map((part) => {
      const [tag = "", ...more] = part.trim().split(";");
      const weight = /^q=([\d.]+)$/.exec((more[0] ?? "").trim())?.[1];
      return { tag: tag.trim(), weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ tag, weight }) => /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/.test(tag) && weight > 0)
    .sort((one, other) => other.weight - one.weight)
    .map(({ tag }) => tag)
    .join(","),
);

/** Which kept page a request asks for; undefined where nothing may be kept. Queries in another order are the same page. */
export function publicAddress(req: IncomingMessage): PublicAddress | undefined {
  const url = req.url ?? "";
  const wishes = req.headers["accept-language"] ?? "";
  if (url.length > LONGEST || wishes.length > LONGEST) return undefined;
  const { slug, key } = readAddress(url);
  return key === undefined ? undefined : { slug, key: `${key}\n${readWishes(wishes)}` };
}

/** How an answer may be written. */
export type Encoding = "br" | "gzip" | "identity";

/** The smallest way of writing that a browser takes (RFC 9110 §12.5.3); one refused with `q=0` is not used. */
export const wishedEncoding: (header: string) => Encoding = remembering((header): Encoding => {
  const accepted = new Set<string>();
  for (const part of header.toLowerCase().split(",")) {
    const [name = "", ...more] = part.split(";").map((each) => each.trim());
    if (!more.some((each) => /^q=0(\.0*)?$/.test(each))) accepted.add(name);
  }
  if (accepted.has("br")) return "br";
  return accepted.has("gzip") ? "gzip" : "identity";
});
