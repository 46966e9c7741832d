import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Browser } from "playwright-core";
import { loadAssets } from "../src/platform/assets.js";
import { packageRoot } from "../src/platform/config.js";
import { loadMessages } from "../src/platform/i18n.js";
import { loadTemplates } from "../src/platform/templates.js";
import { styleGuideView } from "../src/web/console/style-guide.js";
import {
  accessibilityFaults,
  findChromium,
  overflow,
  serve,
  startBrowser,
  withPage,
} from "./support/browser.js";
import { writeText } from "../src/domain/letters/service.js";
import { browser, testApp } from "./support/app.js";
import { LETTER, makeLetter } from "./support/letters.js";

const root = path.join(packageRoot, "templates");
const css = (name: string): string => readFileSync(path.join(root, "static", "css", `${name}.css`), "utf8");
const sheets = readdirSync(path.join(root, "static", "css")).map((file) => file.replace(".css", ""));

/** The colours of one theme by their names. */
function colours(theme: string): Record<string, string> {
  return Object.fromEntries(
    [...theme.matchAll(/--([a-z0-9-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1] ?? "", m[2] ?? ""]),
  );
}

/** Relative luminance of a colour (WCAG 2.2, definition "relative luminance"). */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

describe("colours", () => {
  const [light = "", dark = ""] = css("tokens").split("@media");
  const themes = { light: colours(light), dark: colours(dark) };
  const texts = ["ink", "ink-2", "accent", "accent-2", "visited", "ok", "wait", "info", "bad", "off"];

  test.each(Object.entries(themes))(
    "in the %s theme words can be read on paper and under the pointer",
    (_name, theme) => {
      for (const text of texts) {
        for (const ground of ["paper", "wash"]) {
          expect({
            text,
            ground,
            enough: contrast(theme[text] ?? "", theme[ground] ?? "") >= 4.5,
          }).toMatchObject({ enough: true });
        }
      }
      expect(contrast(theme["on-accent"] ?? "", theme["accent"] ?? "")).toBeGreaterThanOrEqual(4.5);
      expect(contrast(theme["on-accent"] ?? "", theme["accent-2"] ?? "")).toBeGreaterThanOrEqual(4.5);
    },
  );

  test.each(Object.entries(themes))("in the %s theme edges, rings and bars can be seen", (_name, theme) => {
    for (const mark of ["edge", "focus", "bar", "bar-2"]) {
      expect(contrast(theme[mark] ?? "", theme["paper"] ?? "")).toBeGreaterThanOrEqual(3);
    }
  });

  test("both themes name the same colours", () => {
    expect(Object.keys(themes.dark).sort()).toEqual(Object.keys(themes.light).sort());
  });
});

describe("the sheet", () => {
  const all = sheets.map(css).join("\n");

  test("uses only names that are defined, and defines none in vain", () => {
    const used = new Set([...all.matchAll(/var\(--([a-z0-9-]+)/g)].map((match) => match[1]));
    const defined = new Set([...all.matchAll(/--([a-z0-9-]+):/g)].map((match) => match[1]));
    expect([...used].filter((name) => !defined.has(name))).toEqual([]);
    expect([...defined].filter((name) => !used.has(name))).toEqual([]);
  });

  test("knows no left and right, so that right-to-left pages are whole", () => {
    const physical =
      /\b(?:margin|padding|border)-(?:left|right|top|bottom)\b|text-align: (?:left|right)|float: (?:left|right)|^\s*(?:left|right|top|bottom|width|height):/m;
    expect(sheets.filter((name) => physical.test(css(name)))).toEqual([]);
  });

  test("holds no colour outside the tokens and no shadow that makes a card", () => {
    const outside = sheets.filter(
      (name) => name !== "tokens" && /#[0-9a-f]{3,8}\b|rgba?\(|gradient\(/i.test(css(name)),
    );
    expect(outside).toEqual([]);
  });

  test("has a rule for each class that a template names", () => {
    const known = new Set([...all.matchAll(/\.([a-zA-Z][\w-]*)/g)].map((match) => match[1]));
    const files = readdirSync(root, { recursive: true, encoding: "utf8" });
    const unknown = files
      .filter((file) => file.endsWith(".html.hbs") && !/email|mail-/.test(file))
      .flatMap((file) => {
        const text = readFileSync(path.join(root, file), "utf8").replaceAll(/\{\{[^}]*\}\}/g, " ");
        const names = [...text.matchAll(/class="([^"]*)"/g)].flatMap((match) =>
          (match[1] ?? "").split(/\s+/),
        );
        return names.filter((name) => name !== "" && !known.has(name)).map((name) => `${file}: ${name}`);
      });
    expect(unknown).toEqual([]);
  });
});

const chromium = findChromium();
const inBrowser = chromium ? describe : describe.skip;
if (!chromium)
  process.stderr.write(
    "Skipped: no Chromium was found, so nobody looked at the pages. Set CHROMIUM to one.\n",
  );

inBrowser("the parts of the pages, looked at in a browser", () => {
  const messages = loadMessages(root);
  const assets = loadAssets(root);
  const templates = loadTemplates({ root, messages, assets });
  const frame = {
    nav: [
      { href: "/console", label: "Today", count: 23 },
      { href: "/console/organisations", label: "Organisations", current: true },
    ],
    staff: { name: "Ines Falk" },
    search: { action: "/console/organisations" },
    signOut: "/console/sign-out",
  };
  const guide = (errors: boolean, lang: string): string =>
    templates.render("console/style-guide", { ...frame, ...styleGuideView({ errors }) }, { lang });
  const pages: Record<string, () => string> = {
    "/guide": () => guide(false, "en"),
    "/guide-errors": () => guide(true, "fr"),
    "/guide-rtl": () => guide(false, "ar"),
    "/error": () =>
      templates.render(
        "error/page",
        { title: "Not here", heading: "Not here", sentence: "It is gone." },
        { lang: "en" },
      ),
  };
  let browser: Browser;
  let base: string;
  let server: Awaited<ReturnType<typeof serve>>;

  beforeAll(async () => {
    browser = await startBrowser();
    server = await serve((request, response) => {
      const asset = assets.files.get(request.url ?? "");
      const html = pages[request.url ?? ""];
      response.setHeader(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'",
      );
      response.setHeader("Content-Type", asset?.type ?? "text/html; charset=utf-8");
      response.end(asset?.body ?? html?.() ?? "");
    });
    ({ base } = server);
  });

  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  const desk = { viewport: { width: 1280, height: 900 } };
  const phone = { viewport: { width: 360, height: 740 } };

  test.each([
    { url: "/guide", on: "a desk", screen: desk },
    { url: "/guide-errors", on: "a phone in the dark", screen: { ...phone, colorScheme: "dark" as const } },
    {
      url: "/guide-rtl",
      on: "a desk with forced colours",
      screen: { ...desk, forcedColors: "active" as const },
    },
    { url: "/error", on: "a phone", screen: phone },
  ])("axe-core finds nothing in $url on $on", async ({ url, screen }) => {
    expect(await withPage(browser, base + url, screen, accessibilityFaults)).toEqual([]);
  });

  test.each(Object.keys(pages))("%s fits the window of a phone", async (url) => {
    expect(await withPage(browser, base + url, phone, overflow)).toBe(0);
  });

  test("the fonts are ours and arrive", async () => {
    const loaded = await withPage(browser, `${base}/guide`, {}, (page) =>
      page.evaluate<string[]>(
        '[...document.fonts].filter((font) => font.status === "loaded").map((font) => font.family.replaceAll(\'"\', ""))',
      ),
    );
    expect([...new Set(loaded)].sort()).toEqual(["IBM Plex Sans Variable", "Source Serif 4 Variable"]);
  });

  test("a form that comes back puts the reader at the summary, and its links lead to the fields", async () => {
    await withPage(browser, `${base}/guide-errors`, { reducedMotion: "reduce" }, async (page) => {
      expect(await page.title()).toMatch(/^Erreur/);
      expect(await page.evaluate("document.activeElement.className")).toBe("summary");
      const links = await page.locator(".summary a").all();
      expect(links.length).toBe(4);
      for (const link of links) {
        await link.click();
        const target = (await link.getAttribute("href"))?.slice(1);
        expect(await page.evaluate("document.activeElement.id")).toBe(target);
      }
    });
  });
});

describe("fonts of other scripts", () => {
  test("are loaded by pages in that script, and by no other", async () => {
    const app = await testApp();
    try {
      await makeLetter(app.system);
      for (const language of ["ar", "zh"])
        await writeText(app.system, LETTER.slug, { ...LETTER, language, reviewed: true });
      const sheets = async (language: string) => {
        const page = await browser(app).get(`/letters/${LETTER.slug}?lang=${language}`).expect(200);
        return [...page.text.matchAll(/script-([a-z]+)\.[0-9a-f]+\.css/g)].map((match) => match[1]);
      };
      expect(await sheets("en")).toEqual([]);
      expect(await sheets("ar")).toEqual(["arab"]);
      expect(await sheets("zh")).toEqual(["hans"]);
      const sheet = app.assets.files.get(app.assets.url("script-hans.css"));
      const files = [...String(sheet?.body).matchAll(/url\(([^)]+)\)/g)].map((match) => match[1] ?? "");
      expect(files.length).toBeGreaterThan(90);
      for (const file of files) expect(app.assets.files.has(file)).toBe(true);
    } finally {
      await app.close();
    }
  });
});
