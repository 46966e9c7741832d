import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { addVersion, writeText } from "../../../src/domain/letters/service.js";
import { changeLetterState } from "../../../src/domain/letters/state-service.js";
import type { LetterState } from "../../../src/domain/letters/letter.js";
import { browser, START, testApp, type TestApp } from "../../support/app.js";
import { CANARY, insertSignature, LETTER, makeLetter } from "../../support/letters.js";
import { withoutData } from "../../support/html.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set(START);
});
afterAll(() => app.close());

const PAGE = `/letters/${LETTER.slug}`;
const read = async (path: string, language = "en") =>
  (await browser(app).get(path).set("Accept-Language", language).expect(200)).text;

describe("the letter's public page", () => {
  it("shows the text with its numbered clauses, to whom it is, who runs it and until when it can be signed", async () => {
    await makeLetter(app.system);
    const html = await read(PAGE);
    expect(html).toContain(`<h1 class="title" lang="en" dir="ltr">${LETTER.title}</h1>`);
    expect(html).toContain('<li id="c3">We ask every government');
    expect(html).toContain(LETTER.addressee);
    expect(html).toContain("open for signature until 30 September 2027");
    expect(html).toContain("12 Harbour Street");
    expect(html).toContain(`href="${PAGE}/sign"`);
    expect(html).toContain("No organisation is on the list yet.");
  });

  it("counts published public signatures only, and the countries they are from", async () => {
    const { id: letterId } = await makeLetter(app.system);
    await insertSignature(app.system, { letterId, country: "NO" });
    await insertSignature(app.system, { letterId, country: "JP" });
    await insertSignature(app.system, { letterId, country: "JP" });
    for (const state of [
      "submitted",
      "in_review",
      "accepted",
      "held",
      "disputed",
      "rejected",
      "invalidated",
    ] as const) {
      await insertSignature(app.system, { letterId, state, country: "BR", organisation: `Hidden ${state}` });
    }
    await insertSignature(app.system, { letterId, visibility: "confidential", organisation: "Hidden too" });
    await insertSignature(app.system, { letterId, kind: "pledge", organisation: "Hidden pledge" });
    await insertSignature(app.system, { letterId, state: "withdrawn", organisation: "Kestrelline" });
    const html = await read(PAGE);
    expect(html).toContain("<b>3</b><span>organisations from 2 countries have signed</span>");
    expect(html).toContain("One organisation has withdrawn its signature");
    expect(html).toContain("Signed 1 Mar 2027, withdrew 2 Mar 2027.");
    expect(html).not.toContain("Hidden");
    expect(html).not.toContain("Brazil");
  });

  it("keeps what is private off the page, and shows a statement only once it was approved", async () => {
    const { id: letterId } = await makeLetter(app.system);
    await insertSignature(app.system, { letterId, quote: "Not yet seen by anybody" });
    await insertSignature(app.system, { letterId, quote: "One source of debris", quoteApproved: true });
    const html = await read(PAGE);
    expect(html).not.toContain(CANARY);
    expect(html).not.toContain("private.example");
    expect(html).not.toContain("Not yet seen");
    expect(html).toContain("“One source of debris”");
  });

  it("says names as they are, whatever they hold", async () => {
    const { id: letterId } = await makeLetter(app.system);
    const hostile = `<script>alert(1)</script> & "Sons" {{7*7}}`;
    await insertSignature(app.system, { letterId, organisation: hostile, signatoryName: "<img src=x>" });
    const html = withoutData(await read(PAGE));
    expect(html).not.toContain("<script");
    expect(html).not.toContain("<img");
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Sons&quot; {{7*7}}");
  });

  it("speaks the language that was asked for, marks a translation nobody reviewed, and offers the others", async () => {
    const { slug } = await makeLetter(app.system);
    const french = { language: "fr", title: "Garder l’orbite", addressee: "à tous", body_md: "1. Un." };
    await writeText(app.system, slug, french);
    const html = await read(`${PAGE}?lang=fr`);
    expect(html).toContain('<html lang="fr" dir="ltr">');
    expect(html).toContain("Garder l’orbite");
    expect(html).toContain("personne n’a encore relue");
    expect(html).toContain(`href="${PAGE}/sign?lang&#x3D;fr"`);
    expect(await read(PAGE, "fr-CH, en;q=0.5")).toContain("Garder l’orbite");
    expect(await read(PAGE, "de")).toContain(LETTER.title);
    await writeText(app.system, slug, { ...french, reviewed: true });
    expect(await read(`${PAGE}?lang=fr`)).toContain("Traduction relue");
  });

  it("sets a letter in a right-to-left script from the right, also where our own words run from the left", async () => {
    const { slug } = await makeLetter(app.system);
    await writeText(app.system, slug, {
      language: "ar",
      title: "مدار",
      addressee: "إلى",
      body_md: "1. واحد",
    });
    const html = await read(`${PAGE}?lang=ar`);
    expect(html).toContain('<h1 class="title" lang="ar" dir="rtl">مدار</h1>');
    expect(html).toContain('<div class="letter" lang="ar" dir="rtl">');
  });

  it("tells which version it is and why there is a new one", async () => {
    const { slug } = await makeLetter(app.system);
    await addVersion(app.system, slug, { ...LETTER, body_md: "1. Shorter.", reason: "Shortened." });
    const html = await read(PAGE);
    expect(html).toContain("Version 2 of 1 March 2027, in English.");
    expect(html).toContain("What changed since version 1: Shortened.");
  });

  it.each([
    ["open", 200],
    ["paused", 200],
    ["closed", 200],
    ["draft", 404],
    ["in_review", 404],
    ["approved", 404],
    ["removed", 410],
  ] as [LetterState, number][])("of a letter that is %s answers %i", async (state, status) => {
    await makeLetter(app.system, { state });
    for (const path of [PAGE, `${PAGE}/signatories`, `${PAGE}/signatories.json`, `${PAGE}/signatories.csv`]) {
      await browser(app).get(path).expect(status);
    }
  });

  it("offers the form only while the letter takes signatures", async () => {
    const { slug } = await makeLetter(app.system, { closes_at: "2027-03-02" });
    expect(await read(PAGE)).toContain(`href="${PAGE}/sign"`);
    await changeLetterState(app.system, slug, { to: "paused" });
    const paused = await read(PAGE);
    expect(paused).toContain("Signing is paused at the moment.");
    expect(paused).not.toContain('/sign"');
    await changeLetterState(app.system, slug, { to: "open" });
    app.clock.set("2027-03-03T00:00:00Z");
    await changeLetterState(app.system, slug, { to: "paused" });
    const ended = await read(PAGE);
    expect(ended).toContain("closed for signature on 2 March 2027");
    expect(ended).not.toContain('/sign"');
  });

  it.each(["/letters/nothing", "/letters/%00", "/letters/Ä", "/letters/a'--", `/letters/${"a".repeat(500)}`])(
    "of %s does not exist",
    async (path) => {
      await browser(app).get(path).expect(404);
    },
  );

  it("answers with 304 what a reader has already", async () => {
    await makeLetter(app.system);
    const first = await browser(app).get(PAGE).expect(200);
    expect(first.headers["cache-control"]).toMatch(
      /^public, max-age=4, s-maxage=4, stale-while-revalidate=3, /,
    );
    await browser(app)
      .get(PAGE)
      .set("If-None-Match", first.headers["etag"] as string)
      .expect(304);
  });
});

describe("the front door", () => {
  it("says so while there is nothing, leads to the one letter, and lists several", async () => {
    expect(await read("/")).toContain("No letter is open yet.");
    const { slug } = await makeLetter(app.system, { slug: "one" });
    await browser(app).get("/").expect(302).expect("Location", "/letters/one");
    await makeLetter(app.system, { slug: "two", title: "A second letter" });
    await makeLetter(app.system, { slug: "three", title: "Nobody sees this", state: "draft" });
    await changeLetterState(app.system, slug, { to: "closed" });
    const html = await read("/");
    expect(html.indexOf("A second letter")).toBeLessThan(html.indexOf(LETTER.title));
    expect(html).toContain("no longer open for signature");
    expect(html).not.toContain("Nobody sees this");
  });

  it("tells robots what to read", async () => {
    await makeLetter(app.system);
    expect(await read("/robots.txt")).toContain("Disallow: /console");
    expect(await read("/sitemap.xml")).toContain(`<loc>http://127.0.0.1:8080${PAGE}/signatories</loc>`);
  });
});
