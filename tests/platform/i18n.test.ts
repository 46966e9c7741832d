import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { packageRoot } from "../../src/platform/config.js";
import { countryCodes, countryOptions } from "../../src/platform/countries.js";
import {
  countryName,
  dir,
  fallbackChain,
  formatDate,
  formatDateTime,
  formatNumber,
  languageName,
  loadMessages,
} from "../../src/platform/i18n.js";
import { IntlMessageFormat } from "intl-messageformat";

const templates = path.join(packageRoot, "templates");
const made: string[] = [];

function folderWith(locales: Record<string, Record<string, Record<string, string>>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), "countersign-i18n-"));
  made.push(folder);
  for (const [lang, areas] of Object.entries(locales)) {
    mkdirSync(path.join(folder, "locales", lang), { recursive: true });
    for (const [area, texts] of Object.entries(areas)) {
      writeFileSync(path.join(folder, "locales", lang, `${area}.json`), JSON.stringify(texts));
    }
  }
  return folder;
}

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

function twoLanguages(): string {
  return folderWith({
    en: {
      a: {
        "x.hello": "Hello {name}",
        "x.n": "{n, plural, one {# letter} other {# letters}}",
        "x.en": "English",
      },
    },
    fr: { a: { "x.hello": "Bonjour {name} !", "x.n": "{n, plural, one {# lettre} other {# lettres}}" } },
  });
}

/** The texts of one language as they stand in the files. */
function raw(lang: string): Record<string, string> {
  const folder = path.join(templates, "locales", lang);
  const files = readdirSync(folder).map((file) => readFileSync(path.join(folder, file), "utf8"));
  return Object.assign({}, ...files.map((file) => JSON.parse(file) as object)) as Record<string, string>;
}

/** Plausible values for whatever a message names: every tag, a day for dates, the count for all else. */
function plausibleArguments(text: string, count: number): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const walk = (pieces: readonly Piece[]): void => {
    for (const { type, value = "", options = {}, children = [] } of pieces) {
      if (type === DATE) values[value] = new Date("2027-06-14T09:00:00Z");
      else if (type !== WORDS && type !== TAG && value !== "") values[value] ??= count;
      for (const option of Object.values(options)) walk(option.value);
      walk(children);
    }
  };
  walk(new IntlMessageFormat(text, "en").getAst());
  return values;
}

interface Piece {
  type: number;
  value?: string;
  options?: Record<string, { value: Piece[] }>;
  children?: Piece[];
}

/** The kinds of pieces that a message consists of, as the parser numbers them (words, arguments, …, tags). */
const WORDS = 0;
const DATE = 3;
const TAG = 8;

/** Names of arguments and tags in a message, sorted, as its parser finds them. */
function namesIn(text: string): string {
  const found = new Set<string>();
  const walk = (pieces: readonly Piece[]): void => {
    for (const { type, value = "", options = {}, children = [] } of pieces) {
      if (type === TAG) found.add(`<${value}>`);
      else if (type !== WORDS && value !== "") found.add(value);
      for (const option of Object.values(options)) walk(option.value);
      walk(children);
    }
  };
  walk(new IntlMessageFormat(text, "en").getAst());
  return [...found].sort().join();
}

describe("messages", () => {
  test("are found in the language, then its base language, then English", () => {
    const messages = loadMessages(twoLanguages());
    expect(messages.t("fr-CA", "x.hello", { name: "Ines" })).toBe("Bonjour Ines\u202f!");
    expect(messages.t("fr-CA", "x.en")).toBe("English");
    expect(fallbackChain("fr-CA")).toEqual(["fr-CA", "fr", "en"]);
    expect(messages.match("fr-CA")).toBe("fr");
    expect(messages.match("en-US")).toBe("en");
    expect(messages.match("de")).toBeUndefined();
  });

  test("follow the plural rules of the language", () => {
    const messages = loadMessages(twoLanguages());
    expect(messages.t("en", "x.n", { n: 0 })).toBe("0 letters");
    expect(messages.t("fr", "x.n", { n: 0 })).toBe("0 lettre");
    expect(messages.t("fr", "x.n", { n: 1234 })).toBe("1\u202f234 lettres");
  });

  test("that nobody wrote, or that lack a value, are an error and not an empty place", () => {
    const messages = loadMessages(twoLanguages());
    expect(() => messages.t("fr", "x.none")).toThrow("x.none");
    expect(() => messages.t("en", "x.hello")).toThrow("x.hello");
  });

  test("may not stand twice in one language", () => {
    expect(() => loadMessages(folderWith({ en: { a: { k: "1" }, b: { k: "2" } } }))).toThrow("twice");
  });
});

describe("the locale files", () => {
  const messages = loadMessages(templates);
  const english = messages.keys("en");

  test.each(messages.languages)("%s has every key and no other", (lang) => {
    expect(messages.keys(lang)).toEqual(english);
  });

  test.each(messages.languages)("%s uses the same arguments and tags as English in each message", (lang) => {
    const [ours, theirs] = [raw("en"), raw(lang)];
    const differing = english.filter((key) => namesIn(ours[key] ?? "") !== namesIn(theirs[key] ?? ""));
    expect(differing).toEqual([]);
  });

  test.each(messages.languages)("%s can say every message, for none, one, two, few and many", (lang) => {
    const texts = raw(lang);
    const silent = english.filter((key) =>
      [0, 1, 2, 3, 11, 100].some((count) => {
        const args = plausibleArguments(texts[key] ?? "", count);
        return messages.pieces(lang, key, args).length === 0;
      }),
    );
    expect(silent).toEqual([]);
  });

  test.each(messages.languages)(
    "%s is typeset: no typewriter apostrophes or quotes, no double spaces",
    (lang) => {
      const folder = path.join(templates, "locales", lang);
      const faults = readdirSync(folder).flatMap((file) =>
        Object.entries(JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Record<string, string>)
          .filter(([, text]) => /['"]| {2}|\.\.\./.test(text))
          .map(([key]) => `${file}: ${key}`),
      );
      expect(faults).toEqual([]);
    },
  );
});

describe("dates, numbers and names", () => {
  test("are written the way the language does, days in UTC", () => {
    expect(formatDate("en", "2027-06-14T23:30:00Z")).toBe("14 June 2027");
    expect(formatDate("fr", "2027-06-14T23:30:00Z")).toBe("14 juin 2027");
    expect(formatDate("en", "2027-06-14", "short")).toBe("14 Jun 2027");
    expect(formatDateTime("en", "2027-06-14T09:05:00Z")).toBe("14 June 2027, 09:05 UTC");
    expect(formatNumber("en", 1204)).toBe("1,204");
    expect(() => formatDate("en", "soon")).toThrow("soon");
  });

  test("countries and languages have their names", () => {
    expect(countryName("fr", "DE")).toBe("Allemagne");
    expect(countryName("en", "??")).toBe("??");
    expect(languageName("fr")).toBe("Français");
    expect(dir("ar")).toBe("rtl");
    expect(dir("fr-CA")).toBe("ltr");
  });

  test("the list of countries is whole and sorted for its reader", () => {
    expect(countryCodes).toHaveLength(249);
    expect(new Set(countryCodes).size).toBe(249);
    const labels = countryOptions("fr").map((option) => option.label);
    expect(labels.indexOf("Égypte")).toBeLessThan(labels.indexOf("Espagne"));
  });
});
