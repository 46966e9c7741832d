import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { browser, testApp, type TestApp } from "../../support/app.js";
import { addressesOf } from "../../support/addresses.js";
import { registeredRoutes } from "../../support/routes.js";
import { scene } from "../../support/scene.js";

let app: TestApp;
let letter: string;
let addresses: string[];
beforeAll(async () => {
  app = await testApp();
  const place = await scene(app);
  letter = place.letter;
  const addressOf = addressesOf(app, place);
  const patterns = registeredRoutes(app.web)
    .filter(({ method, path }) => method === "GET" && path.startsWith("/letters/:slug"))
    .map(({ path }) => path);
  addresses = [...new Set(patterns)].flatMap((path) => addressOf(path).real);
}, 120_000);
afterAll(() => app.close());

/** The next steps of a letter, as the database lets them be taken. */
async function walk(...states: string[]): Promise<void> {
  for (const state of states) await app.database.adminDb("letters").where({ slug: letter }).update({ state });
}

/** What each public address of the letter answers, by status. */
async function answers(): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const address of addresses) found[address] = (await browser(app).get(address)).status;
  return found;
}

describe("every public address of a letter that the router knows", () => {
  it("is there while it is open, stays where it was into the archive, and is gone once it is removed", async () => {
    const open = await answers();
    expect(addresses.length).toBeGreaterThan(20);
    expect(Object.entries(open).filter(([, status]) => status >= 400)).toEqual([]);
    await walk("closed", "delivered", "answered", "archived");
    const archived = await answers();
    // The form says that the letter takes no signatures any more.
    expect(Object.entries(archived).filter(([, status]) => status >= 400)).toEqual([
      [`/letters/${letter}/sign`, 409],
    ]);
    await walk("removed");
    const removed = await answers();
    expect(Object.entries(removed).filter(([, status]) => status !== 410)).toEqual([]);
  });
});
