import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
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
});
