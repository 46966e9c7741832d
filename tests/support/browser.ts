import { existsSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

const candidates = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Where a Chromium is on this machine, or undefined; browser tests are skipped without one. */
export function findChromium(): string | undefined {
  return candidates.find((file) => file !== undefined && file !== "" && existsSync(file));
}

/** Starts a Chromium that asks nothing of the network by itself; `close` it in the end. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Serves pages on a free port of this machine until `stop`. */
export async function serve(listener: RequestListener): Promise<{ base: string; stop(): Promise<void> }> {
  const server = createServer(listener);
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  const { port } = server.address() as AddressInfo;
  return {
    base: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

/** Opens an address with the given screen and hands the page over, fonts loaded; closes it afterwards. */
export async function withPage<T>(
  browser: Browser,
  url: string,
  screen: BrowserContextOptions,
  look: (page: Page) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext(screen);
  try {
    const page = await context.newPage();
    await page.goto(url);
    await page.evaluate("document.fonts.ready.then(() => true)");
    return await look(page);
  } finally {
    await context.close();
  }
}

/** What axe-core finds wrong with the page by all its rules, or by those named; one line a finding. */
export async function accessibilityFaults(page: Page, rules?: string[]): Promise<string[]> {
  // One run within the page: our pages frame nothing but themselves, and the other way opens a second page each time.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"] });
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
  return violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${violation.help} at ${node.target.join(" ")}`),
  );
}

/** By how many pixels the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}
