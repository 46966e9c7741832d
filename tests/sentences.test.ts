import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { IntlMessageFormat } from "intl-messageformat";
import { packageRoot } from "../src/platform/config.js";
import { loadMessages } from "../src/platform/i18n.js";

const messages = loadMessages(path.join(packageRoot, "templates"));
const sourceRoot = path.join(packageRoot, "src");
const texts = readdirSync(sourceRoot, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => readFileSync(path.join(sourceRoot, file), "utf8").replaceAll(/\/\*[\s\S]*?\*\//g, ""));

function found(pattern: RegExp): string[] {
  return texts.flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1] ?? ""));
}

describe("sentences", () => {
  it("stand in English for every refusal that the source names", () => {
    const codes = [
      ...found(/\b(?:invalid|notFound|conflict|forbidden|gone)\(\s*"([a-z_]+\.[a-z_.]+)"/g),
      ...found(/new DomainError\(\s*"[a-z_]+",\s*"([a-z_]+\.[a-z_.]+)"/g),
    ].map((code) => `errors.${code}`);
    const keys = found(/["'`](errors\.[a-z_]+\.[A-Za-z_.]+)["'`]/g);
    expect(codes.length).toBeGreaterThan(10);
    const missing = [...new Set([...codes, ...keys])].filter((key) => !messages.has("en", key));
    expect(missing.sort()).toEqual([]);
  });

  it("stand in every language that has any", () => {
    const english = messages.keys("en");
    for (const language of messages.languages) expect(messages.keys(language)).toEqual(english);
  });

  it.each(messages.languages)("can be formed in %s with nothing, one, and many", (language) => {
    for (const [key, text] of written(language))
      for (const many of [0, 1, 2, 3, 11, 1204])
        expect(messages.t(language, key, plausible(text, many))).not.toMatch(/undefined|\[object/);
  });

  it.each(messages.languages)("choose in %s among the same cases as in English", (language) => {
    const english = new Map(written("en"));
    for (const [key, text] of written(language))
      expect([key, casesOf(text)]).toEqual([key, casesOf(english.get(key) ?? "")]);
  });
});

/** Keys and texts of a language as they stand in the files. */
function written(language: string): [string, string][] {
  const folder = path.join(packageRoot, "templates", "locales", language);
  return readdirSync(folder).flatMap((file) =>
    Object.entries(JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Record<string, string>),
  );
}

/** A day for each argument that is written as one, a number for every other. */
function plausible(text: string, many: number): Record<string, unknown> {
  const days = new Set([...text.matchAll(/\{(\w+), date/g)].map(([, name]) => name ?? ""));
  const names = [...text.matchAll(/\{(\w+)[,}]/g)].map(([, name]) => name ?? "");
  return Object.fromEntries(
    names.map((name) => [name, days.has(name) ? new Date("2027-06-14T09:00:00Z") : many]),
  );
}

interface Piece {
  type: number;
  value?: string;
  options?: Record<string, { value: Piece[] }>;
  children?: Piece[];
}

/** The number by which the parser of messages marks a choice between words. */
const SELECT = 5;

/** Each choice between words in a message, with its cases; those of a plural differ between languages. */
function casesOf(text: string): string[] {
  const found = new Set<string>();
  const walk = (pieces: readonly Piece[]): void => {
    for (const { type, value = "", options = {}, children = [] } of pieces) {
      if (type === SELECT) found.add(`${value}: ${Object.keys(options).sort().join()}`);
      for (const option of Object.values(options)) walk(option.value);
      walk(children);
    }
  };
  walk(new IntlMessageFormat(text, "en").getAst());
  return [...found].sort();
}
