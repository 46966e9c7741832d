import { barChart, type BarRow } from "./bar-chart.js";
import type { Assets } from "./assets.js";
import { countryOptions } from "./countries.js";
import { boxState, errorList, fieldState, same, type HelperOptions } from "./form-helpers.js";
import { firstFonts, scriptsOf } from "./fonts.js";
import {
  countryName,
  dir,
  formatDate,
  formatDateTime,
  formatNumber,
  languageName,
  mark,
  type DateStyle,
  type Mark,
  type MessagePiece,
  type Messages,
} from "./i18n.js";
import { markdown, markdownLetter, markdownToText } from "./markdown.js";

type Helper = (...args: never[]) => unknown;

export interface HelperTools {
  readonly messages: Messages;
  readonly assets: Assets;
  /** Escapes for HTML; the identity in text twins. */
  readonly escape: (text: string) => string;
  /** Marks markup as finished. */
  readonly safe: (markup: string) => unknown;
  readonly html: boolean;
}

export const stateKinds = ["ok", "wait", "info", "bad", "off"] as const;

function language(options: HelperOptions): string {
  const lang = options.data.root["lang"];
  if (typeof lang !== "string") throw new Error("The page has no language.");
  return lang;
}

function words(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (value === null || value === undefined) return "";
  if (typeof value === "object" && "toHTML" in value) return (value as { toString(): string }).toString();
  throw new Error(`A template was given ${JSON.stringify(value)} where words belong.`);
}

function splitOptions(args: readonly unknown[]): { values: unknown[]; options: HelperOptions } {
  return { values: args.slice(0, -1), options: args.at(-1) as HelperOptions };
}

function moment(args: readonly unknown[]): {
  value: Date | string;
  style: DateStyle;
  options: HelperOptions;
} {
  const { values, options } = splitOptions(args);
  const [value, style] = values;
  if (typeof value !== "string" && !(value instanceof Date)) throw new Error(`Not a date: ${String(value)}`);
  return { value, style: typeof style === "string" ? (style as DateStyle) : "long", options };
}

function renderPieces(
  pieces: readonly MessagePiece[],
  args: Record<string, unknown>,
  tools: HelperTools,
): string {
  return pieces
    .map((piece) => {
      if (typeof piece === "string") return tools.escape(piece);
      const inner = renderPieces(piece.children, args, tools);
      if (piece.tag === "b") return tools.html ? `<strong>${inner}</strong>` : inner;
      if (piece.tag === "bdi") return tools.html ? `<bdi>${inner}</bdi>` : inner;
      const href = words(args[piece.tag]);
      if (href === "") throw new Error(`The tag <${piece.tag}> needs an address of that name.`);
      return tools.html ? `<a href="${tools.escape(href)}">${inner}</a>` : `${inner} (${href})`;
    })
    .join("");
}

function messageHelpers(tools: HelperTools): Record<string, Helper> {
  const { messages } = tools;
  return {
    t: (key: string, options: HelperOptions) => messages.t(language(options), key, options.hash),
    rich: (key: string, options: HelperOptions) =>
      tools.safe(renderPieces(messages.pieces(language(options), key, options.hash), options.hash, tools)),
    errorText: (error: unknown, options: HelperOptions) => {
      const text = words(error);
      return messages.has("en", text) ? messages.t(language(options), text) : text;
    },
  };
}

function valueHelpers(tools: HelperTools): Record<string, Helper> {
  return {
    date: (...args: unknown[]) => {
      const { value, style, options } = moment(args);
      return formatDate(language(options), value, style);
    },
    datetime: (...args: unknown[]) => {
      const { value, style, options } = moment(args);
      return formatDateTime(language(options), value, style);
    },
    time: (...args: unknown[]) => {
      const { value, style, options } = moment(args);
      const format = options.hash["clock"] ? formatDateTime : formatDate;
      const shown = tools.escape(format(language(options), value, style));
      const iso = typeof value === "string" ? value : value.toISOString();
      return tools.safe(tools.html ? `<time datetime="${tools.escape(iso)}">${shown}</time>` : shown);
    },
    number: (value: number, options: HelperOptions) => formatNumber(language(options), value, options.hash),
    percent: (value: number, options: HelperOptions) =>
      formatNumber(language(options), value, { style: "percent", maximumFractionDigits: 0, ...options.hash }),
    country: (iso2: string, options: HelperOptions) => countryName(language(options), iso2),
    countryOptions: (options: HelperOptions) => countryOptions(language(options)),
    languageName: (code: string) => languageName(code),
    mark: (sign: Mark, options: HelperOptions) => mark(language(options), sign),
    dirOf: (lang: string) => dir(lang),
    bdi: (name: string, options: HelperOptions) => {
      if (!tools.html) return name;
      const lang = words(options.hash["lang"]);
      return tools.safe(
        `<bdi${lang === "" ? "" : ` lang="${tools.escape(lang)}"`}>${tools.escape(name)}</bdi>`,
      );
    },
    state: (kind: string, label: unknown) => {
      if (!(stateKinds as readonly string[]).includes(kind))
        throw new Error(`There is no state shape ${kind}.`);
      const text = tools.escape(words(label));
      return tools.safe(tools.html ? `<span class="state ${kind}">${text}</span>` : text);
    },
    md: (text: string) => tools.safe(tools.html ? markdown(text) : markdownToText(text)),
    letter: (text: string) => tools.safe(tools.html ? markdownLetter(text) : markdownToText(text)),
    jsonLd: (data: object) =>
      tools.safe(
        `<script type="application/ld+json">${JSON.stringify(data).replaceAll("<", String.raw`\u003c`)}</script>`,
      ),
    firstFonts: (lang: string, options: HelperOptions) =>
      firstFonts([lang, words(options.data.root["textLang"]) || "en"]).map((name) => tools.assets.url(name)),
    scriptSheets: (lang: string, options: HelperOptions) =>
      scriptsOf([lang, words(options.data.root["textLang"]) || "en"]).map((script) =>
        tools.assets.url(`script-${script}.css`),
      ),
    asset: (name: string) => tools.assets.url(name),
    barChart: (rows: readonly BarRow[], options: HelperOptions) =>
      barChart(rows, options.data.root["dir"] === "rtl" ? "rtl" : "ltr"),
    share: (value: number, of: number) => (of > 0 ? ((100 * value) / of).toFixed(2) : "0"),
  };
}

/** A path with a query string: hash values override those of the object; empty ones drop out. */
export function query(path: string, params: Record<string, unknown>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const one of values) if (words(one) !== "") search.append(name, words(one));
  }
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

const logicHelpers: Record<string, Helper> = {
  eq: (a: unknown, b: unknown) => a === b,
  ne: (a: unknown, b: unknown) => a !== b,
  not: (a: unknown) => isEmpty(a),
  and: (...args: unknown[]) => args.slice(0, -1).every((value) => !isEmpty(value)),
  or: (...args: unknown[]) => args.slice(0, -1).find((value) => !isEmpty(value)) ?? "",
  gt: (a: number, b: number) => a > b,
  has: (list: unknown, value: unknown) => (Array.isArray(list) ? list.includes(value) : list === value),
  concat: (...args: unknown[]) => args.slice(0, -1).map(words).join(""),
  count: (value: unknown) =>
    Array.isArray(value)
      ? value.length
      : typeof value === "object" && value !== null
        ? Object.keys(value).length
        : 0,
  list: (...args: unknown[]) => args.slice(0, -1),
  object: (options: HelperOptions) => options.hash,
  url: (...args: unknown[]) => {
    const { values, options } = splitOptions(args);
    const base = typeof values[1] === "object" && values[1] !== null ? values[1] : {};
    return query(words(values[0]), { ...base, ...options.hash });
  },
};

function isEmpty(value: unknown): boolean {
  return !value || (Array.isArray(value) && value.length === 0);
}

function blockHelpers(tools: HelperTools): Record<string, Helper> {
  function scroll(this: unknown, { hash, fn }: HelperOptions): unknown {
    const label = tools.escape(words(hash["label"]));
    const wide = hash["wide"] ? " wide" : "";
    const inside = fn?.(this) ?? "";
    return tools.safe(
      `<div class="scroll${wide}" role="region" aria-label="${label}" tabindex="0">\n${inside}</div>`,
    );
  }
  function section(this: unknown, { hash, fn, data }: HelperOptions): unknown {
    const id = tools.escape(words(hash["id"]));
    const { count } = hash;
    const shown =
      typeof count === "number" ? ` <b>${formatNumber(String(data.root["lang"]), count)}</b>` : "";
    const href = tools.escape(words(hash["href"]));
    const more = href === "" ? "" : `<a href="${href}">${tools.escape(words(hash["more"]))}</a>`;
    return tools.safe(
      `<section class="blk" id="${id}" aria-labelledby="${id}-h"><header>` +
        `<h2 id="${id}-h">${tools.escape(words(hash["title"]))}${shown}</h2>${more}</header>\n` +
        `${fn?.(this) ?? ""}</section>`,
    );
  }
  return { scroll, section };
}

/** A view's field may bear a helper's name: `{{country}}` without arguments is the field, as `{{this.country}}` is. */
function fieldUnlessCalled(name: string, helper: Helper): Helper {
  return function (this: unknown, ...args: unknown[]): unknown {
    if (args.length > 1) return (helper as (...all: unknown[]) => unknown).apply(this, args);
    const field =
      typeof this === "object" && this !== null ? (this as Record<string, unknown>)[name] : undefined;
    if (field === undefined)
      throw new Error(`"${name}" is neither a field here nor a helper without arguments.`);
    return field;
  };
}

/** All helpers of the templates, for HTML or for text twins. */
export function makeHelpers(tools: HelperTools): Record<string, Helper> {
  const { countryOptions: countries, ...valued } = valueHelpers(tools);
  const { object, ...logic } = logicHelpers;
  const withArguments = { ...messageHelpers(tools), ...valued, ...logic, fieldState, boxState, same };
  const guarded = Object.entries(withArguments).map(
    ([name, helper]) => [name, fieldUnlessCalled(name, helper)] as const,
  );
  return {
    ...Object.fromEntries(guarded),
    ...blockHelpers(tools),
    errorList,
    countryOptions: countries as Helper,
    object: object as Helper,
  };
}
