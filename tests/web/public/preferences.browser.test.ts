import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Browser } from "playwright-core";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import {
  accessibilityFaults,
  findChromium,
  overflow,
  serve,
  startBrowser,
  withPage,
} from "../../support/browser.js";
import { aContact, aLetter, aMailing, messageTo } from "../../support/mailing.js";
import { settle } from "../../support/settle.js";

const inBrowser = findChromium() ? describe : describe.skip;
if (!findChromium()) {
  process.stderr.write("Skipped: no Chromium was found, so nobody looked at the page of preferences.\n");
}

inBrowser("the page of preferences in a real browser", () => {
  let app: TestApp;
  let browser: Browser;
  let site: Awaited<ReturnType<typeof serve>>;
  let address: string;

  beforeAll(async () => {
    app = await testApp();
    site = await serve(app.web);
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await site.stop();
    await app.close();
  });
  beforeEach(async () => {
    await app.database.clean();
    const contact = await aContact(app, { organisation: "Vesta Orbital" });
    await aMailing(await staffCtx(app), await aLetter(app), [contact]);
    await settle(app);
    const { id } = await messageTo(app, contact);
    const link = (await app.db("links").where({ purpose: "preferences", subject_id: id }).first("id")) as {
      id: string;
    };
    address = `${site.base}/preferences/${app.keys.token("preferences", link.id, 1)}`;
  });

  it("stops all mail and allows it again on a phone without scripts", async () => {
    const phone = { viewport: { width: 360, height: 740 }, javaScriptEnabled: false };
    const context = await browser.newContext(phone);
    const page = await context.newPage();
    await page.goto(address);
    await page.getByRole("button", { name: "Stop all mail" }).click();
    await page.getByText("Stopped. You get no more mail from us.").waitFor();
    expect(await app.db("suppressions").pluck("reason")).toEqual(["unsubscribed"]);
    await page.getByRole("button", { name: "Allow mail again" }).click();
    await page.getByText("Allowed again.").waitFor();
    expect(await app.db("suppressions")).toEqual([]);
    await context.close();
  });

  it.each([
    { lang: "en", screen: { viewport: { width: 1280, height: 900 } } },
    { lang: "fr", screen: { viewport: { width: 360, height: 740 }, colorScheme: "dark" as const } },
  ])("fits its window and hides nothing from a screen reader ($lang)", async ({ lang, screen }) => {
    await withPage(browser, `${address}?lang=${lang}`, screen, async (page) => {
      expect(await overflow(page)).toBe(0);
      expect(await accessibilityFaults(page)).toEqual([]);
    });
  });
});
