import { createServer } from "node:http";
import { afterAll, beforeEach, describe, expect, it } from "@jest/globals";
import supertest from "supertest";
import { updateLetter } from "../../../src/domain/letters/service.js";
import { changeLetterState } from "../../../src/domain/letters/state-service.js";
import { MINUTE, SECOND } from "../../../src/platform/clock.js";
import { keepPublicPages } from "../../../src/web/page-cache.js";
import { testApp } from "../../support/app.js";
import { insertSignature, makeLetter } from "../../support/letters.js";
import { settle } from "../../support/settle.js";

const app = await testApp();
const web = createServer(keepPublicPages(app, app.web, { freshFor: 0 }));
afterAll(() => app.close());
beforeEach(() => app.database.clean());

const LAUNCH = new Date("2027-03-15T09:00:00Z");
const TITLE = "Keep orbit usable";
const NAME = "Embargoed Optics Ltd";
const OWN = ["", "/signatories", "/signatories.json", "/signatories.csv", "/signatories.txt"];
/** What names nobody as text, or need not. */
const MORE = [
  "/signatories.atom",
  "/letter.pdf",
  "/card.png",
  "/badge.svg",
  "/embed",
  "/press",
  "/corrections",
  "/versions",
];

async function embargoed(): Promise<string> {
  app.clock.set(new Date(LAUNCH.getTime() - 10 * MINUTE));
  await makeLetter(app.system, { slug: "other-letter", title: "Another letter" });
  const { id, slug } = await makeLetter(app.system, { state: "approved" });
  await changeLetterState(app.system, slug, { to: "gathering" });
  await updateLetter(app.system, slug, { launch_at: LAUNCH.toISOString() });
  await insertSignature(app.system, { letterId: id, organisation: NAME, state: "held" });
  return slug;
}

/** What each public address says about the letter. */
async function everywhere(slug: string): Promise<Record<string, string>> {
  const said: Record<string, string> = {};
  for (const part of OWN) {
    const res = await supertest(web).get(`/letters/${slug}${part}`);
    said[part] = res.status === 200 && res.text.includes(NAME) ? "named" : String(res.status);
    if (res.status !== 200) expect(res.text).not.toContain(NAME);
  }
  for (const part of MORE) said[part] = String((await supertest(web).get(`/letters/${slug}${part}`)).status);
  for (const address of ["/", "/sitemap.xml", "/help", "/imprint"]) {
    const { text } = await supertest(web).get(address).redirects(1);
    if (address === "/" || address === "/sitemap.xml")
      said[address] = text.includes(slug) ? "listed" : "absent";
    else if (text.includes(TITLE)) said[address] = "listed";
  }
  const form = await supertest(web).get(`/letters/${slug}/sign`);
  said["/sign"] = String(form.status);
  return said;
}

const HIDDEN = { "/": "absent", "/sitemap.xml": "absent", "/sign": "404" };
const hidden = { ...Object.fromEntries([...OWN, ...MORE].map((part) => [part, "404"])), ...HIDDEN };

describe("a letter with a moment of launch", () => {
  it("is hidden at every public address until that moment, and there at all of them from it on, before any worker came by", async () => {
    const slug = await embargoed();
    expect(await everywhere(slug)).toEqual(hidden);
    app.clock.set(new Date(LAUNCH.getTime() - SECOND));
    expect(await everywhere(slug)).toEqual(hidden);
    app.clock.set(LAUNCH);
    const shown = await everywhere(slug);
    expect(shown).toMatchObject({
      ...Object.fromEntries(OWN.map((part) => [part, "named"])),
      ...Object.fromEntries(MORE.map((part) => [part, "200"])),
      "/": "listed",
      "/sitemap.xml": "listed",
      "/sign": "200",
    });
    await settle(app);
    app.clock.set(new Date(LAUNCH.getTime() + MINUTE));
    expect(await everywhere(slug)).toEqual(shown);
  });

  it("is written down as opened at its launch by the worker, which publishes what was held", async () => {
    const slug = await embargoed();
    app.clock.set(new Date(LAUNCH.getTime() + MINUTE));
    await settle(app);
    const row = (await app.db("letters").where({ slug }).first()) as { state: string; opened_at: Date };
    expect([row.state, row.opened_at]).toEqual(["open", LAUNCH]);
    expect(await app.db("signatures").pluck("state")).toEqual(["published"]);
  });

  it("opens at no moment that has passed, and is moved no more once it is open", async () => {
    const slug = await embargoed();
    const to = (launch_at: string) => updateLetter(app.system, slug, { launch_at });
    await expect(to("2027-03-01T09:00:00Z")).rejects.toMatchObject({ code: "letter.launch_past" });
    await expect(to("2027-12-01")).rejects.toMatchObject({ code: "letter.launch_after_end" });
    app.clock.set(LAUNCH);
    await expect(to("2027-04-01")).rejects.toMatchObject({ code: "letter.launched" });
  });
});

describe("a letter that has ended before its time", () => {
  it("says at its address why, without its text, its signatories or a form", async () => {
    const { id, slug } = await makeLetter(app.system);
    await insertSignature(app.system, { letterId: id, organisation: NAME });
    await supertest(web).get(`/letters/${slug}`).expect(200);
    await changeLetterState(app.system, slug, {
      to: "withdrawn_by_sponsor",
      reason: "We joined another letter.",
    });
    const { text } = await supertest(web).get(`/letters/${slug}`).expect(200);
    expect(text).toContain("We joined another letter.");
    expect(text).not.toContain(TITLE);
    expect(text).not.toContain(NAME);
    await supertest(web).get(`/letters/${slug}/signatories.json`).expect(404);
  });

  it("does not leak the title of a text that was never approved", async () => {
    const { slug } = await makeLetter(app.system, { state: "in_review" });
    await supertest(web).get(`/letters/${slug}`).expect(404);
    await changeLetterState(app.system, slug, { to: "rejected", reason: "It names a company." });
    const { text } = await supertest(web).get(`/letters/${slug}`).expect(200);
    expect(text).toContain("It names a company.");
    expect(text).not.toContain(TITLE);
  });
});
