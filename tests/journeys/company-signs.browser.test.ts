import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { linkAddress } from "../../src/domain/links/service.js";
import { addStaff, signInLinkFor } from "../../src/domain/team/service.js";
import { testApp, type TestApp } from "../support/app.js";
import { accessibilityFaults, findChromium, overflow, serve, startBrowser } from "../support/browser.js";
import {
  confirmLink,
  countRows,
  mailsTo,
  openLetterWithCompany,
  type InvitedCompany,
} from "../support/company.js";

const chromium = findChromium();
const inBrowser = chromium ? describe : describe.skip;
if (!chromium) {
  process.stderr.write(
    "Skipped: no Chromium was found, so nobody signed in a real browser. Set CHROMIUM to one.\n",
  );
}

const DESK: BrowserContextOptions = { viewport: { width: 1280, height: 900 } };
const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  isMobile: true,
  hasTouch: true,
};
const PHONE_BARE: BrowserContextOptions = { ...PHONE, javaScriptEnabled: false };

inBrowser("a company signs in a real browser", () => {
  let app: TestApp;
  let browser: Browser;
  let site: Awaited<ReturnType<typeof serve>>;
  let context: BrowserContext;
  const shots = mkdtempSync(path.join(tmpdir(), "countersign-pages-"));

  beforeAll(async () => {
    app = await testApp();
    site = await serve(app.web);
    browser = await startBrowser();
    process.stderr.write(`Screenshots of the journey: ${shots}\n`);
  });
  beforeEach(() => app.database.clean());
  afterAll(async () => {
    await browser.close();
    await site.stop();
    await app.close();
  });

  /** Keeps a picture of the page, and holds it to fitting its window and to axe-core. */
  async function look(page: Page, name: string, axe = true): Promise<void> {
    await page.screenshot({ path: path.join(shots, `${name}.png`), fullPage: true });
    if (!axe) return;
    expect([name, await overflow(page)]).toEqual([name, 0]);
    expect([name, await accessibilityFaults(page)]).toEqual([name, []]);
  }

  async function fillAndSend(page: Page, company: InvitedCompany, name: string, axe: boolean): Promise<void> {
    await page.goto(site.base + company.link);
    await look(page, `${name}-1-invitation`, axe);
    await page.getByRole("link", { name: "Sign the letter" }).click();
    expect(await page.getByLabel("Full name").inputValue()).toBe("Grace Wanjiru");
    await page.getByText("Add a statement").click();
    await page.getByLabel("Statement").fill("We model collisions for a living.");
    await page.getByLabel("I may bind the organisation, and it signs").check();
    await page.getByRole("button", { name: "Check your answers" }).click();
    await page.goBack();
    expect(await page.getByLabel("Statement").inputValue()).toBe("We model collisions for a living.");
    await page.getByLabel("I may bind the organisation, and it signs").uncheck();
    await page.getByRole("button", { name: "Check your answers" }).click();
    await look(page, `${name}-2-error`, axe);
    expect(await page.title()).toMatch(/^Error: /);
    await page.getByLabel("I may bind the organisation, and it signs").check();
    await page.getByRole("button", { name: "Check your answers" }).click();
    await look(page, `${name}-3-check`, axe);
    await page.getByRole("button", { name: "Change Statement" }).click();
    expect(await page.getByLabel("Statement").inputValue()).toBe("We model collisions for a living.");
    await page.getByLabel("Title", { exact: true }).fill("Chief Executive");
    await page.getByRole("button", { name: "Check your answers" }).click();
    expect(await page.getByText("Chief Executive", { exact: true }).count()).toBe(1);
    await page.getByRole("button", { name: "Send and sign" }).click();
    await look(page, `${name}-4-sent`, axe);
    expect(await page.getByText("a mail is on its way to the address you gave").count()).toBe(1);
  }

  async function confirm(page: Page, company: InvitedCompany, name: string, axe: boolean): Promise<void> {
    await page.goto(site.base + (await confirmLink(app, company.email)));
    await look(page, `${name}-5-confirm`, axe);
    expect(await countRows(app, "signatures", { state: "submitted" })).toBe(1);
    await page.getByRole("button", { name: "Confirm and sign" }).click();
    await look(page, `${name}-6-confirmed`, axe);
    expect(await page.getByText("Your address is confirmed.").count()).toBe(1);
    expect(await countRows(app, "signatures", { state: "in_review" })).toBe(1);
  }

  async function signIn(page: Page): Promise<void> {
    const email = `reviewer-${String(app.clock.now().getTime())}@forum.example`;
    await addStaff(app.system, { email, name: "Ines Falk", role: "admin" });
    const invited = await signInLinkFor(app.system, { email });
    if (!invited) throw new Error("the staff member was not found again");
    await page.goto(site.base + new URL(linkAddress(app.system, invited.link)).pathname);
    await page.getByRole("button").first().click();
  }

  it.each([
    ["desk", DESK, true],
    ["phone", PHONE, true],
    ["phone-without-scripts", PHONE_BARE, false],
  ] as const)(
    "from the link to the list: %s",
    async (name, screen, axe) => {
      const { letter, company } = await openLetterWithCompany(app);
      context = await browser.newContext(screen);
      const page = await context.newPage();
      await fillAndSend(page, company, name, axe);
      await confirm(page, company, name, axe);

      await signIn(page);
      await page.goto(`${site.base}/console/review`);
      await look(page, `${name}-7-queue`, axe);
      await page.getByRole("link", { name: "Review the oldest" }).click();
      await look(page, `${name}-8-signature`, axe);
      await page.getByRole("button", { name: "Accept" }).click();
      expect(await page.getByText("Accepted and published.").count()).toBe(1);

      await page.goto(`${site.base}/letters/${letter.slug}/signatories`);
      await look(page, `${name}-9-list`, axe);
      expect(await page.getByText(/Tumaini Earth Observation \d+ Ltd/).count()).toBeGreaterThan(0);
      expect((await mailsTo(app, company.email)).map(({ template }) => template)).toEqual([
        "signature-confirm",
        "signature-confirmed",
        "signature-accepted",
      ]);
      if (name === "desk") await lookAround(page, letter.slug);
      await context.close();
    },
    240_000,
  );

  /** The main pages for the public and for staff, with one signature on them. */
  async function lookAround(page: Page, slug: string): Promise<void> {
    const addresses = [
      "/",
      `/letters/${slug}`,
      "/console",
      "/console/organisations",
      "/console/letters",
      "/console/outreach",
      "/console/imports",
      "/console/staff",
      "/console/audit",
    ];
    for (const address of addresses) {
      const answer = await page.goto(site.base + address);
      expect([address, answer?.status()]).toEqual([address, 200]);
      await look(page, `around${address.replaceAll("/", "-")}`);
    }
  }
});
