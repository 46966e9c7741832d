import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { IntlMessageFormat, type PrimitiveType } from "intl-messageformat";

export type MessageArgs = Readonly<Record<string, unknown>>;

/** One piece of a formatted message: plain words, or words inside a named tag such as `<link>…</link>`. */
export type MessagePiece = string | { readonly tag: string; readonly children: readonly MessagePiece[] };

export interface Messages {
  /** Language codes that have a folder of their own, sorted, e.g. `["en", "fr"]`. */
  readonly languages: readonly string[];
  /** Whether the key exists in exactly this language, without falling back. */
  has(lang: string, key: string): boolean;
  /** Every key of one language, sorted. */
  keys(lang: string): readonly string[];
  /** The message in the language, else in its base language, else in English; throws on a key nobody knows. */
  t(lang: string, key: string, args?: MessageArgs): string;
  /** Like `t`, for messages with tags: pieces in order, nothing escaped. */
  pieces(lang: string, key: string, args?: MessageArgs): readonly MessagePiece[];
  /** The best language we have for a wish such as `fr-CA`, or `undefined`. */
  match(lang: string): string | undefined;
}

export const fallbackLanguage = "en";
const rightToLeft = new Set(["ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"]);
const regional: Record<string, string> = { en: "en-GB", pt: "pt-BR", zh: "zh-Hans" };

/** Writing direction of a language tag. */
export function dir(lang: string): "ltr" | "rtl" {
  return rightToLeft.has(lang.split("-")[0] ?? "") ? "rtl" : "ltr";
}

/** The tags to look a message up under, in order: `fr-CA`, `fr`, `en`. */
export function fallbackChain(lang: string): readonly string[] {
  const parts = lang.split("-");
  const chain = parts.map((_, index) => parts.slice(0, parts.length - index).join("-"));
  return chain.includes(fallbackLanguage) ? chain : [...chain, fallbackLanguage];
}

function intlLocale(lang: string): string {
  return regional[lang] ?? lang;
}

const intlCache = new Map<string, unknown>();

function cached<T>(kind: string, locale: unknown, options: unknown, make: () => T): T {
  const key = JSON.stringify([kind, locale, options]);
  if (!intlCache.has(key)) intlCache.set(key, make());
  return intlCache.get(key) as T;
}

const formatters = {
  getNumberFormat: (locale?: string | string[], options?: Intl.NumberFormatOptions) =>
    cached("number", locale, options, () => new Intl.NumberFormat(locale, options)),
  getDateTimeFormat: (locale?: Intl.LocalesArgument, options?: Intl.DateTimeFormatOptions) =>
    cached("date", locale, options, () => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options })),
  getPluralRules: (locale?: Intl.LocalesArgument, options?: Intl.PluralRulesOptions) =>
    cached("plural", locale, options, () => new Intl.PluralRules(locale, options)),
};

/** French sets a no-break space before double punctuation and inside guillemets. */
function setFrenchSpaces(text: string): string {
  return text
    .replace(/ ([;?!])/g, "\u202f$1")
    .replace(/ :(?= |$)/g, "\u00a0:")
    .replace(/« /g, "«\u00a0")
    .replace(/ »/g, "\u00a0»");
}

function readLanguage(folder: string, lang: string): Map<string, string> {
  const found = new Map<string, string>();
  const files = readdirSync(path.join(folder, lang)).filter((name) => name.endsWith(".json"));
  for (const file of files.sort()) {
    const content = JSON.parse(readFileSync(path.join(folder, lang, file), "utf8")) as Record<
      string,
      unknown
    >;
    for (const [key, text] of Object.entries(content)) {
      if (typeof text !== "string") throw new Error(`Message ${key} in ${lang}/${file} is not a text.`);
      if (found.has(key))
        throw new Error(`Message ${key} stands twice in ${lang}; the second is in ${file}.`);
      found.set(key, lang.startsWith("fr") ? setFrenchSpaces(text) : text);
    }
  }
  return found;
}

function tagFunctions(message: string): Record<string, (chunks: MessagePiece[]) => MessagePiece> {
  const names = new Set([...message.matchAll(/<([a-z][a-z0-9_]*)>/g)].map((match) => match[1] ?? ""));
  return Object.fromEntries(
    [...names].map((tag) => [tag, (children: MessagePiece[]): MessagePiece => ({ tag, children })]),
  );
}

/**
 * Reads `locales/<lang>/<area>.json` below the templates folder (flat keys, ICU messages) and compiles each
 * message at its first use; throws on a key that stands twice. Dates in messages are UTC.
 */
export function loadMessages(templatesFolder: string): Messages {
  const folder = path.join(templatesFolder, "locales");
  const languages = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  const texts = new Map(languages.map((lang) => [lang, readLanguage(folder, lang)]));
  const compiled = new Map<string, { format: IntlMessageFormat; tags: ReturnType<typeof tagFunctions> }>();

  function find(
    lang: string,
    key: string,
  ): { format: IntlMessageFormat; tags: ReturnType<typeof tagFunctions> } {
    const id = `${lang}\n${key}`;
    const known = compiled.get(id);
    if (known) return known;
    const home = fallbackChain(lang).find((candidate) => texts.get(candidate)?.has(key));
    if (home === undefined)
      throw new Error(`No message for the key ${key}, neither in ${lang} nor in English.`);
    const text = texts.get(home)?.get(key) ?? "";
    const made = {
      format: new IntlMessageFormat(text, intlLocale(home), undefined, { formatters }),
      tags: tagFunctions(text),
    };
    compiled.set(id, made);
    return made;
  }

  function pieces(lang: string, key: string, args: MessageArgs = {}): readonly MessagePiece[] {
    const { format, tags } = find(lang, key);
    try {
      const result = format.format<MessagePiece>({ ...(args as Record<string, PrimitiveType>), ...tags });
      return Array.isArray(result) ? result : [result];
    } catch (cause) {
      throw new Error(`Message ${key} in ${lang} could not be formed: ${String(cause)}`, { cause });
    }
  }

  return {
    languages,
    has: (lang, key) => texts.get(lang)?.has(key) ?? false,
    keys: (lang) => [...(texts.get(lang)?.keys() ?? [])].sort(),
    t: (lang, key, args) => piecesToText(pieces(lang, key, args)),
    pieces,
    match: (lang) =>
      fallbackChain(lang)
        .slice(0, -1)
        .concat(lang.split("-")[0] === fallbackLanguage ? [fallbackLanguage] : [])
        .find((candidate) => texts.has(candidate)),
  };
}

/** The words of a message without its tags. */
export function piecesToText(pieces: readonly MessagePiece[]): string {
  return pieces.map((piece) => (typeof piece === "string" ? piece : piecesToText(piece.children))).join("");
}

/**
 * The name of a country (alpha-2) or a region of the world (UN M49) in the language: `countryName("fr", "DE")` is
 * "Allemagne", `countryName("fr", "150")` "Europe"; the code itself if unknown.
 */
export function countryName(lang: string, iso2: string): string {
  const locale = intlLocale(lang);
  const names = cached(
    "country",
    locale,
    null,
    () => new Intl.DisplayNames(locale, { type: "region", fallback: "code" }),
  );
  return /^([A-Z]{2}|\d{3})$/.test(iso2) ? (names.of(iso2) ?? iso2) : iso2;
}

/** A language's name in that language itself, with a capital: "Français", "العربية". */
export function languageName(code: string): string {
  const names = cached("language", code, null, () => new Intl.DisplayNames(code, { type: "language" }));
  const name = names.of(code) ?? code;
  return name.charAt(0).toLocaleUpperCase(code) + name.slice(1);
}

export type DateStyle = "long" | "short" | "day";
const dateStyles: Record<DateStyle, Intl.DateTimeFormatOptions> = {
  long: { day: "numeric", month: "long", year: "numeric" },
  short: { day: "numeric", month: "short", year: "numeric" },
  day: { day: "numeric", month: "short" },
};

function asDate(value: Date | string): Date {
  const date = typeof value === "string" ? new Date(value) : value;
  if (Number.isNaN(date.getTime())) throw new Error(`Not a date: ${String(value)}`);
  return date;
}

/** The calendar day in UTC: long "14 June 2027", short "14 Jun 2027", day "14 Jun"; throws on what is no date. */
export function formatDate(lang: string, value: Date | string, style: DateStyle = "long"): string {
  return formatters.getDateTimeFormat(intlLocale(lang), dateStyles[style]).format(asDate(value));
}

/** What stands between and after parts that are put together: as in English, but where a script has signs of its own. */
export type Mark = ", " | ": " | ":" | "." | ". ";
const marks: Record<string, Partial<Record<Mark, string>>> = {
  ar: { ", ": "، " },
  zh: { ", ": "，", ": ": "：", ":": "：", ".": "。", ". ": "。" },
};

/** A comma, colon or full stop in the manner of the language, with the space that follows it there. */
export function mark(lang: string, sign: Mark): string {
  return marks[lang.split("-")[0] ?? ""]?.[sign] ?? sign;
}

/** Day and time to the minute in UTC, e.g. "14 June 2027, 09:00 UTC"; style `day` gives "14 Jun, 09:00". */
export function formatDateTime(lang: string, value: Date | string, style: DateStyle = "long"): string {
  const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const clock = formatters.getDateTimeFormat(intlLocale(lang), time).format(asDate(value));
  const joint = lang.split("-")[0] === "zh" ? " " : ", ";
  return `${formatDate(lang, value, style)}${joint}${clock}${style === "day" ? "" : " UTC"}`;
}

/** A number with the language's separators. */
export function formatNumber(lang: string, value: number, options: Intl.NumberFormatOptions = {}): string {
  return formatters.getNumberFormat(intlLocale(lang), options).format(value);
}
