import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { linkAddress } from "../../../src/domain/links/service.js";
import { addStaff, signInLinkFor } from "../../../src/domain/team/service.js";
import { testApp, type TestApp } from "../../support/app.js";
import { accessibilityFaults, findChromium, overflow, serve, startBrowser } from "../../support/browser.js";
import { scene, type Scene } from "../../support/scene.js";

const chromium = findChromium();
const inBrowser = chromium ? describe : describe.skip;
if (!chromium) {
  process.stderr.write("Skipped: no Chromium was found, so nobody looked at the pages of sequences.\n");
}

inBrowser("the pages of sequences, looked at in a browser", () => {
  let app: TestApp;
  let place: Scene;
  let browser: Browser;
  let server: Awaited<ReturnType<typeof serve>>;

  beforeAll(async () => {
    app = await testApp();
    place = await scene(app);
    browser = await startBrowser();
    server = await serve(app.web);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await app.close();
  });

  function addresses(): string[] {
    const { sequences, templates, approvals, organisations, contacts } = place.ids;
    const sequence = `/console/sequences/${sequences}`;
    const template = `/console/templates/${templates}`;
    return [
      "/console/sequences",
      "/console/sequences/new",
      ...["", "/step", "/rules", "/enrol?show=1", "/look"].map((path) => sequence + path),
      "/console/templates",
      ...["", "/edit", "/look"].map((path) => template + path),
      "/console/approvals",
      `/console/approvals/${approvals}`,
      "/console/segments",
      "/console/holds",
      `/console/holds/new?scope=organisation&subject=${organisations}`,
      `/console/organisations/${organisations}`,
      `/console/contacts/${contacts}`,
    ];
  }

  const screens: { on: string; screen: BrowserContextOptions }[] = [
    { on: "a desk", screen: { viewport: { width: 1280, height: 900 } } },
    { on: "a phone in the dark", screen: { viewport: { width: 360, height: 740 }, colorScheme: "dark" } },
  ];

  test.each(screens)(
    "axe-core finds nothing on $on, and each page fits the window",
    async ({ on, screen }) => {
      const email = `${on.replaceAll(" ", "-")}@forum.example`;
      await addStaff(app.system, { email, role: "admin" });
      const found = await signInLinkFor(app.system, { email });
      if (!found) throw new Error("the staff member was not found again");
      const context = await browser.newContext(screen);
      const page = await context.newPage();
      await page.goto(server.base + new URL(linkAddress(app.system, found.link)).pathname);
      await page.locator("main button").first().click();
      const faults: string[] = [];
      for (const address of addresses()) {
        const answer = await page.goto(server.base + address);
        // A mail in its frame runs no scripts, so that nothing can be asked of it from inside.
        await page.evaluate("document.querySelectorAll('iframe').forEach((frame) => frame.remove())");
        const wide = await overflow(page);
        const found = await accessibilityFaults(page);
        if (answer?.status() !== 200) faults.push(`${address}: ${answer?.status()}`);
        if (wide > 0) faults.push(`${address}: ${wide} px too wide`);
        faults.push(...found.map((fault) => `${address}: ${fault}`));
      }
      await context.close();
      expect(faults).toEqual([]);
    },
    300_000,
  );
});
