import type { Browser, Page } from "playwright-core";
import { serve, startBrowser } from "./browser.js";

/** A page of a browser that opens markup as it is given, without our policy, and counts what it does by itself. */
export interface BarePage {
  browser: Browser;
  page: Page;
  /** Dialogs that were opened, and requests that left for somewhere else. */
  did: { dialogs: number; away: number };
  /** Opens markup as a document of its own, so that whatever can run does. */
  open(markup: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts a browser on a server of its own that answers nothing but the markup it is given. */
export async function barePage(): Promise<BarePage> {
  let html = "";
  const did = { dialogs: 0, away: 0 };
  const site = await serve((request, response) => {
    response.writeHead(request.url === "/" ? 200 : 404, { "Content-Type": "text/html; charset=utf-8" });
    response.end(request.url === "/" ? html : "");
  });
  const browser = await startBrowser();
  const page = await browser.newPage();
  page.on("dialog", (dialog) => {
    did.dialogs += 1;
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(site.base)) did.away += 1;
  });
  return {
    browser,
    page,
    did,
    open: async (markup) => {
      html = markup;
      await page.goto(`${site.base}/`, { waitUntil: "load" });
    },
    close: async () => {
      await browser.close();
      await site.stop();
    },
  };
}
