import { get } from "node:http";
import { brotliDecompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { testApp, type TestApp } from "../support/app.js";
import { findChromium, serve, startBrowser, withPage } from "../support/browser.js";
import { insertSignature, makeLetter } from "../support/letters.js";

/** What a first visit to the letter with 100 signatories may weigh in brotli, scripts and fonts apart, in bytes. */
const MOST_BYTES = 30_000;
const SIGNATORIES = 100;

const COUNTRIES = ["NO", "DE", "FR", "JP", "BR", "IN", "US", "KE", "NL", "PL"];
const SECTORS = ["satellite_operator", "launch_provider", "insurer", "manufacturer"];
const NAMES = [
  "Halyard",
  "Meridian",
  "Aurora",
  "Kestrel",
  "Lantern",
  "Pelagos",
  "Quorum",
  "Łódź",
  "Umbra",
  "Vesper",
];
const TRADES = ["Orbital BV", "Launch GmbH", "Assurance SA", "Instruments Ltd", "Télémesure SARL"];

let app: TestApp;
let letter: { id: string; slug: string };

beforeAll(async () => {
  app = await testApp();
  letter = await makeLetter(app.system, { body_md: LONG_LETTER });
  for (let number = 0; number < SIGNATORIES; number += 1) {
    app.clock.advance(61_000);
    await insertSignature(app.system, {
      letterId: letter.id,
      organisation: `${NAMES[number % 10]} ${TRADES[number % 5]} ${number}`,
      country: COUNTRIES[number % 10] ?? "NO",
      sector: SECTORS[number % 4] ?? "insurer",
      signatoryName: `${NAMES[(number * 7) % 10]} Aune-${number}`,
      ...(number % 3 === 0 ? { quote: QUOTE, quoteApproved: true } : {}),
    });
  }
}, 120_000);
afterAll(() => app.close());

/** As long as open letters are: some 600 words. */
const PARAGRAPH =
  "A satellite that is destroyed on purpose does not disappear. It becomes thousands of pieces that cross every other orbit for decades, and those who build, launch, insure and operate have to steer around them, whoever made them and whatever for. ";
const LONG_LETTER = `We build, launch, insure and operate satellites.\n\n${[1, 2, 3, 4, 5, 6, 7]
  .map((number) => `${number}. ${PARAGRAPH}${PARAGRAPH}`)
  .join("\n")}\n\nWe take no side between states.`;
const QUOTE = "We fly through what others leave behind, and we would like that to become less.";

/** What an address of ours answers in brotli, as it goes over the wire, and unpacked. */
async function inBrotli(address: string): Promise<{ bytes: number; text: string }> {
  const packed = await new Promise<{ encoding: unknown; body: Buffer }>((done, fail) => {
    get(address, { headers: { "Accept-Encoding": "br" } }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        done({ encoding: response.headers["content-encoding"], body: Buffer.concat(parts) }),
      );
    }).on("error", fail);
  });
  expect({ address, encoding: packed.encoding }).toEqual({ address, encoding: "br" });
  return { bytes: packed.body.length, text: brotliDecompressSync(packed.body).toString() };
}

/** The style sheets and pictures a page asks for, at addresses of ours. */
function partsOf(html: string): string[] {
  const sheets = [...html.matchAll(/<link rel="(?:stylesheet|icon)" href="([^"]+)"/g)];
  const pictures = [...html.matchAll(/<img[^>]* src="([^"]+)"/g)];
  return [...sheets, ...pictures].map(([, address]) => address ?? "");
}

describe("the letter with 100 signatories", () => {
  it("weighs less than 30 kB on a first visit: page, style sheet and icon in brotli", async () => {
    const site = await serve(app.web);
    const page = await inBrotli(`${site.base}/letters/${letter.slug}`);
    const parts = partsOf(page.text);
    expect(parts.some((address) => address.endsWith(".css"))).toBe(true);
    let weight = page.bytes;
    for (const address of parts) weight += (await inBrotli(site.base + address)).bytes;
    await site.stop();
    expect(page.text).toContain("Halyard");
    expect(weight).toBeGreaterThan(5000);
    expect(weight).toBeLessThan(MOST_BYTES);
  });
});

const inBrowser = findChromium() ? describe : describe.skip;
if (!findChromium()) {
  process.stderr.write(
    "Skipped: no Chromium was found, so nobody watched whether pages hold still. Set CHROMIUM.\n",
  );
}

const SCREENS = {
  desk: { width: 1280, height: 900 },
  phone: { width: 360, height: 740 },
};

/** Adds up every shift that the browser counts, from before the first element on. */
const WATCH = `window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifts.push({
    value: entry.value,
    of: entry.sources.map(({ node }) => node && (node.nodeName + "." + node.className)).join(" "),
  });
}).observe({ type: "layout-shift", buffered: true });`;

inBrowser("pages hold still and ask nobody else", () => {
  let browser: Browser;
  let site: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    // Fonts and style sheets come late, as over a telephone: what would jump has to jump.
    site = await serve((request, response) => {
      const later = request.url?.endsWith(".woff2") ? 400 : 0;
      setTimeout(() => void app.web(request, response), later);
    });
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await site.stop();
  });

  /** Opens a page while everything is new to the browser, and says what moved and who was asked. */
  async function visit(
    path: string,
    viewport: { width: number; height: number },
    meddle?: (page: Page) => Promise<void>,
  ): Promise<{ shifts: unknown[]; elsewhere: string[]; fonts: number }> {
    return withPage(browser, "about:blank", { viewport }, async (page) => {
      const asked: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      await page.addInitScript(WATCH);
      await page.goto(site.base + path);
      await page.evaluate("document.fonts.ready.then(() => true)");
      await meddle?.(page);
      const frames =
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))";
      await page.evaluate(frames);
      return {
        shifts: await page.evaluate<unknown[]>("window.shifts"),
        elsewhere: asked.filter((address) => !address.startsWith(`${site.base}/`)),
        fonts: asked.filter((address) => address.endsWith(".woff2")).length,
      };
    });
  }

  it.each(["", "/signatories", "/sign"])(
    "letter%s: no layout shift at 1280 and 360 pixels with late fonts, and no request leaves our origin",
    async (part) => {
      for (const screen of Object.values(SCREENS)) {
        const { shifts, elsewhere, fonts } = await visit(`/letters/${letter.slug}${part}`, screen);
        expect({ part, screen, shifts, elsewhere }).toEqual({ part, screen, shifts: [], elsewhere: [] });
        expect(fonts).toBeGreaterThan(0);
      }
    },
    60_000,
  );

  it("would be seen: a line pushed in above counts as a shift, and a picture of others as a request", async () => {
    const { shifts, elsewhere } = await visit(`/letters/${letter.slug}`, SCREENS.desk, async (page) => {
      await page.evaluate(
        `document.querySelector("main").before(Object.assign(document.createElement("p"), { textContent: "Late news" }));
         void (new Image().src = "http://127.0.0.1:9/elsewhere.png");`,
      );
      await page.evaluate("new Promise((done) => setTimeout(done, 100))");
    });
    expect(shifts.length).toBeGreaterThan(0);
    expect(elsewhere).toEqual(["http://127.0.0.1:9/elsewhere.png"]);
  });
});
