import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Browser } from "playwright-core";
import { testApp, type TestApp } from "../support/app.js";
import { addressesOf } from "../support/addresses.js";
import { findChromium, overflow, serve, startBrowser, withPage } from "../support/browser.js";
import { scene } from "../support/scene.js";

const inBrowser = findChromium() ? describe : describe.skip;
if (!findChromium())
  process.stderr.write("Skipped: no Chromium was found, so no page was made small, large or printed.\n");

/** What companies and the public read most, by its route. */
const ROUTES = [
  "/letters/:slug",
  "/letters/:slug/signatories",
  "/letters/:slug/sign",
  "/r/:token",
  "/r/:token/sign",
  "/r/:token/decline",
  "/confirm/:token",
  "/manage/:token",
  "/help",
];

/** Elements that hide a part of their own words, beside those that are for screen readers only. */
const CLIPPED = `[...document.querySelectorAll("body *")].filter((each) => {
  const { overflowX, overflowY } = getComputedStyle(each);
  const hides = (how, whole, seen) => (how === "hidden" || how === "clip") && whole > seen + 1;
  return each.clientWidth > 1 && each.textContent.trim() !== "" &&
    (hides(overflowX, each.scrollWidth, each.clientWidth) || hides(overflowY, each.scrollHeight, each.clientHeight));
}).map((each) => each.nodeName + "." + each.className)`;

/** What stands on paper, of what nobody can press there. */
const PRESSABLE = `[...document.querySelectorAll("nav, button, .btn, form, input, select, .pager, .langs, .skip")]
  .filter((each) => each.checkVisibility() && each.getClientRects().length > 0)
  .map((each) => each.nodeName + "." + each.className)`;

/** Puts a paragraph at the end of a page. */
function put(words: string, style: object): string {
  return `document.querySelector("main").append(Object.assign(document.createElement("p"), { textContent: "${words}" }));
    void Object.assign(document.querySelector("main > p:last-child").style, ${JSON.stringify(style)});`;
}

inBrowser("the public pages", () => {
  let app: TestApp;
  let browser: Browser;
  let site: Awaited<ReturnType<typeof serve>>;
  let pages: string[];
  let slug: string;
  beforeAll(async () => {
    app = await testApp();
    const place = await scene(app);
    slug = place.letter;
    const addresses = addressesOf(app, place);
    pages = ROUTES.map((route) => addresses(route).real[0] ?? "");
    site = await serve(app.web);
    browser = await startBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await site.stop();
    await app.close();
  });

  /** What is wrong with each page on such a screen, after an act in it. */
  async function faults(width: number, size: string): Promise<string[]> {
    const found: string[] = [];
    for (const path of pages) {
      await withPage(browser, site.base + path, { viewport: { width, height: 800 } }, async (page) => {
        await page.evaluate(
          `document.documentElement.style.fontSize = "${size}"; document.querySelectorAll("details").forEach((one) => { one.open = true; })`,
        );
        const wide = await overflow(page);
        if (wide > 0) found.push(`${path}: ${wide} px too wide`);
        for (const what of await page.evaluate<string[]>(CLIPPED)) found.push(`${path}: ${what} hides words`);
      });
    }
    return found;
  }

  it("are all there", () => {
    expect(pages.filter((path) => path === "")).toEqual([]);
  });

  it("fit 320 pixels, as wide as a window at 400 % is, without scrolling sideways or hiding words", async () => {
    expect(await faults(320, "100%")).toEqual([]);
  }, 60_000);

  it("fit with letters twice as large, in a whole window and in half of one", async () => {
    expect(await faults(1280, "200%")).toEqual([]);
    expect(await faults(640, "200%")).toEqual([]);
  }, 60_000);

  it("would be seen doing either", async () => {
    const cut = { width: "2em", height: "1em", overflow: "hidden", whiteSpace: "nowrap" };
    await withPage(browser, `${site.base}/help`, { viewport: { width: 320, height: 800 } }, async (page) => {
      expect([await overflow(page), await page.evaluate<string[]>(CLIPPED)]).toEqual([0, []]);
      await page.evaluate(put("wide", { width: "2000px" }));
      await page.evaluate(put("words that are cut", cut));
      expect(await overflow(page)).toBeGreaterThan(0);
      expect(await page.evaluate(CLIPPED)).toEqual(["P."]);
    });
  });

  it("move nothing for those who asked for less motion", async () => {
    for (const path of pages) {
      await withPage(browser, site.base + path, { reducedMotion: "reduce" }, async (page) => {
        const moving = `[...document.querySelectorAll("*")].filter((each) => {
          const { transitionDuration, animationName } = getComputedStyle(each);
          return parseFloat(transitionDuration) > 0.01 || animationName !== "none";
        }).map((each) => each.nodeName)`;
        expect({ path, moving: await page.evaluate<string[]>(moving) }).toEqual({ path, moving: [] });
      });
    }
  }, 60_000);

  it("show on paper nothing that can't be pressed there", async () => {
    for (const path of [`/letters/${slug}`, `/letters/${slug}/signatories`]) {
      await withPage(browser, site.base + path, {}, async (page) => {
        expect((await page.evaluate<string[]>(PRESSABLE)).length).toBeGreaterThan(3);
        await page.emulateMedia({ media: "print" });
        expect({ path, shown: await page.evaluate<string[]>(PRESSABLE) }).toEqual({ path, shown: [] });
      });
    }
  });
});
