import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Browser } from "playwright-core";
import { testApp, type TestApp } from "../support/app.js";
import { accessibilityFaults, findChromium, overflow, serve, startBrowser } from "../support/browser.js";
import { everyPage, type AnsweredPage } from "../support/every-page.js";

const chromium = findChromium();
const inBrowser = chromium ? describe : describe.skip;
if (!chromium) {
  process.stderr.write("Skipped: no Chromium was found, so no page was looked at. Set CHROMIUM to one.\n");
}

/** How many pages are open at the same time. */
const WINDOWS = 3;

inBrowser("every page that the router knows", () => {
  let app: TestApp;
  let browser: Browser;
  let site: Awaited<ReturnType<typeof serve>>;
  let pages: AnsweredPage[];

  let seen: Record<"light" | "dark" | "turned" | "phone" | "phoneTurned", string[]>;

  beforeAll(async () => {
    app = await testApp();
    pages = await everyPage(app);
    site = await serve((request, response) => {
      const place = /^\/a-page\/(\d+)$/.exec(request.url ?? "")?.[1];
      const answered = place === undefined ? undefined : pages[Number(place)];
      if (!answered) return void app.web(request, response);
      response.setHeader("Content-Security-Policy", withScripts(answered.policy));
      response.setHeader("Content-Type", "text/html; charset=utf-8");
      response.end(answered.html);
    });
    browser = await startBrowser();
    seen = { light: [], dark: [], turned: [], phone: [], phoneTurned: [] };
    const left = [...pages.entries()];
    await Promise.all(Array.from({ length: WINDOWS }, () => lookAtAll(left)));
  }, 600_000);
  afterAll(async () => {
    await browser.close();
    await site.stop();
    await app.close();
  });

  /** Takes page after page off the list and notes what is wrong with each, under its name. */
  async function lookAtAll(left: [number, AnsweredPage][]): Promise<void> {
    const context = await browser.newContext({ reducedMotion: "reduce" });
    const page = await context.newPage();
    for (let next = left.shift(); next; next = left.shift()) {
      const [place, { name }] = next;
      await page.emulateMedia({ colorScheme: "light" });
      await page.setViewportSize(DESK);
      await page.goto(`${site.base}/a-page/${place}`);
      await page.evaluate("document.fonts.ready.then(() => true)");
      const note = (list: string[], faults: string[]): void => {
        list.push(...faults.map((fault) => `${name}: ${fault}`));
      };
      note(
        seen.light,
        (await accessibilityFaults(page)).filter((fault) => !isOfPagesOnly(name, fault)),
      );
      await page.emulateMedia({ colorScheme: "dark" });
      note(seen.dark, await accessibilityFaults(page, COLOURS));
      await page.setViewportSize(PHONE);
      note(seen.phone, tooWide(await overflow(page)));
      await page.evaluate('void (document.documentElement.dir = "rtl")');
      note(seen.phoneTurned, tooWide(await overflow(page)));
      await page.setViewportSize(DESK);
      note(seen.turned, await accessibilityFaults(page, PLACES));
    }
    await context.close();
  }

  it("is there: pages are found, missing ones too, and the answers to a form", () => {
    expect(pages.length).toBeGreaterThan(100);
    expect([...new Set(pages.map(({ status }) => status))]).toEqual(expect.arrayContaining([200, 404]));
  });

  it("reads well for everybody: axe-core finds nothing wrong", () => {
    expect(seen.light).toEqual([]);
  });

  it("has contrast enough in the dark", () => {
    expect(seen.dark).toEqual([]);
  });

  it("can be read and pressed right to left", () => {
    expect(seen.turned).toEqual([]);
  });

  it("fits a phone of 360 pixels, in both directions, so that nobody scrolls sideways", () => {
    expect(seen.phone).toEqual([]);
    expect(seen.phoneTurned).toEqual([]);
  });
});

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 360, height: 740 };
/** The rules of axe-core whose answer hangs on colours, and those whose answer hangs on where things stand. */
const COLOURS = ["color-contrast", "link-in-text-block"];
const PLACES = ["color-contrast", "target-size", "scrollable-region-focusable"];

/** A mail shown in a frame is read as part of a page: it needs no landmarks and no main heading of its own. */
function isOfPagesOnly(name: string, fault: string): boolean {
  const isMail = /\/(preview\?contact=.*|html)$/.test(name);
  return isMail && /^(landmark-one-main|page-has-heading-one|region):/.test(fault);
}

/** The policy without `sandbox`, in which axe-core can't run; the pages bring no scripts of their own all the same. */
function withScripts(policy: string): string {
  return policy.replace(/sandbox[^;]*;?/, "");
}

function tooWide(pixels: number): string[] {
  return pixels > 0 ? [`${pixels} px too wide`] : [];
}
