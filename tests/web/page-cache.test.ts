import type { RequestListener } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import supertest from "supertest";
import { addVersion } from "../../src/domain/letters/service.js";
import { changeLetterState } from "../../src/domain/letters/state-service.js";
import { keepPublicPages } from "../../src/web/page-cache.js";
import { START, testApp, type TestApp } from "../support/app.js";
import { insertSignature, LETTER, makeLetter } from "../support/letters.js";

let app: TestApp;
let letterId: string;
let asked: string[];
beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set(START);
  ({ id: letterId } = await makeLetter(app.system));
  asked = [];
});
afterAll(() => app.close());

const PAGE = `/letters/${LETTER.slug}`;
const LIST = `${PAGE}/signatories`;

/** The listener as it is served; what gets as far as the web door is noted in `asked`. */
function kept(freshFor: number): RequestListener {
  const door: RequestListener = (req, res) => {
    asked.push(req.url ?? "");
    app.web(req, res);
  };
  return keepPublicPages(app, door, { freshFor });
}
const get = (listener: RequestListener, path: string) =>
  supertest(listener).get(path).set("Accept-Language", "en");

describe("a kept public page", () => {
  it("is answered again with the same bytes and headers, and without asking the web door", async () => {
    const listener = kept(0);
    for (const path of [PAGE, LIST, `${LIST}.json`, `${LIST}.csv`, `${LIST}.txt?q=a`]) {
      const first = await get(listener, path).expect(200);
      const again = await get(listener, path).expect(200);
      expect(again.text).toBe(first.text);
      const { date: _first, "x-request-id": _id, ...before } = first.headers;
      const { date: _again, ...after } = again.headers;
      expect(after).toEqual(before);
      await get(listener, path)
        .set("If-None-Match", first.headers["etag"] as string)
        .expect(304);
    }
    expect(asked).toEqual([PAGE, LIST, `${LIST}.json`, `${LIST}.csv`, `${LIST}.txt?q=a`]);
  });

  it("changes as soon as a signature comes, goes or changes, or the letter does", async () => {
    const listener = kept(0);
    const names = async () => (await get(listener, `${LIST}.json`).expect(200)).text;
    expect(await names()).not.toContain("Halden");
    const { id } = await insertSignature(app.system, { letterId, organisation: "Halden" });
    expect(await names()).toContain("Halden");
    await app.db("signatures").where({ id }).update({ display_name: "Renamed", row_version: 2 });
    expect(await names()).toContain("Renamed");
    await app.db("signatures").where({ id }).update({ state: "invalidated", row_version: 3 });
    expect(await names()).not.toContain("Renamed");
    await addVersion(app.system, LETTER.slug, { ...LETTER, title: "Newer", reason: "Better" });
    expect(await names()).toContain("Newer");
    await changeLetterState(app.system, LETTER.slug, { to: "removed" });
    await get(listener, `${LIST}.json`).expect(410);
  });

  it("is one for each language and each part of the list", async () => {
    const listener = kept(0);
    const english = await get(listener, PAGE).expect(200);
    const french = await supertest(listener).get(PAGE).set("Accept-Language", "fr").expect(200);
    expect(french.text).not.toBe(english.text);
    expect((await get(listener, PAGE)).text).toBe(english.text);
    await insertSignature(app.system, { letterId, organisation: "Halden", country: "NO" });
    expect((await get(listener, `${LIST}?country=NO`)).text).toContain("Halden");
    expect((await get(listener, `${LIST}?country=JP`)).text).not.toContain("Halden");
  });

  it("may be shown for a second without looking, and is looked at again soon after", async () => {
    const listener = kept(200);
    await get(listener, PAGE).expect(200);
    await insertSignature(app.system, { letterId, organisation: "Halden" });
    let text = "";
    const start = performance.now();
    while (!text.includes("Halden") && performance.now() - start < 10_000) {
      text = (await get(listener, PAGE).expect(200)).text;
    }
    expect(text).toContain("Halden");
    expect(asked.length).toBeLessThan(5);
  });

  it("never stands in for a page of somebody's own or of the console", async () => {
    const listener = kept(0);
    for (const path of ["/", "/console", `${PAGE}/sign`, `${PAGE}/nothing`, "/letters/other"]) {
      await get(listener, path);
      await get(listener, path);
    }
    expect(asked).toHaveLength(10);
    await supertest(listener).post(PAGE).expect(403);
    await supertest(listener).head(PAGE).expect(200);
    expect(asked).toHaveLength(12);
  });
});
