import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import sharp from "sharp";
import { DAY } from "../../../src/platform/clock.js";
import { drawCard, pangoText, type Card } from "../../../src/platform/card.js";
import { browser, testApp, type TestApp } from "../../support/app.js";
import { campaign } from "../../support/campaign.js";
import { HOSTILE_NAMES } from "../../support/hostile-names.js";
import { insertSignature, makeLetter } from "../../support/letters.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterEach(() => app.database.clean());
afterAll(() => app.close());

const CARD: Card = {
  sponsor: "Low Orbit Stewardship Forum",
  title: "Keep orbit usable",
  number: "12",
  words: "organisations have signed",
  direction: "ltr",
};

/** How many pixels of a part of a picture are darker than paper. */
async function inkIn(
  png: Buffer,
  part: { left: number; top: number; width: number; height: number },
): Promise<number> {
  const pixels = await sharp(png).extract(part).greyscale().raw().toBuffer();
  return pixels.filter((value) => value < 128).length;
}

const TITLE = { left: 0, top: 140, width: 1200, height: 320 };
const LEFT = { left: 0, top: 140, width: 300, height: 320 };
const RIGHT = { left: 900, top: 140, width: 300, height: 320 };

describe("the card of a letter for social media", () => {
  it("is a picture of 1200 by 630 pixels with a number that changes when somebody signs", async () => {
    const letter = await makeLetter(app.system);
    const first = await browser(app).get(`/letters/${letter.slug}/card.png`).expect(200);
    expect(first.headers["content-type"]).toBe("image/png");
    expect(await sharp(first.body as Buffer).metadata()).toMatchObject({
      format: "png",
      width: 1200,
      height: 630,
    });
    expect(await inkIn(first.body as Buffer, TITLE)).toBeGreaterThan(1000);
    const etag = String(first.headers["etag"]);
    await browser(app).get(`/letters/${letter.slug}/card.png`).set("If-None-Match", etag).expect(304);
    await insertSignature(app.system, { letterId: letter.id });
    const signed = await browser(app).get(`/letters/${letter.slug}/card.png`).expect(200);
    expect(signed.headers["etag"]).not.toBe(etag);
    expect((signed.body as Buffer).equals(first.body as Buffer)).toBe(false);
  });

  it("counts nobody who signed in confidence", async () => {
    const letter = await makeLetter(app.system);
    const first = await browser(app).get(`/letters/${letter.slug}/card.png`);
    await insertSignature(app.system, {
      letterId: letter.id,
      visibility: "confidential",
      state: "accepted",
    });
    const after = await browser(app).get(`/letters/${letter.slug}/card.png`);
    expect(after.headers["etag"]).toBe(first.headers["etag"]);
  });

  it("is not there before the launch and appears at its moment", async () => {
    const launch_at = new Date(app.clock.now().getTime() + DAY);
    await campaign(app).letter("under-embargo", { state: "gathering", launch_at });
    await campaign(app).letter("a-draft", { state: "draft" });
    await browser(app).get("/letters/a-draft/card.png").expect(404);
    await browser(app).get("/letters/under-embargo/card.png").expect(404);
    app.clock.advance(2 * DAY);
    await browser(app).get("/letters/under-embargo/card.png").expect(200);
  });

  it("is not there for a letter that was rejected, and gone with one that was removed", async () => {
    await campaign(app).letter("was-rejected", { state: "rejected" });
    await campaign(app).letter("was-removed", { state: "removed" });
    await browser(app).get("/letters/was-rejected/card.png").expect(404);
    await browser(app).get("/letters/was-removed/card.png").expect(410);
  });

  it("is named by the letter's page with its size and words for those who can't see it", async () => {
    const letter = await makeLetter(app.system);
    const page = await browser(app).get(`/letters/${letter.slug}`).expect(200);
    const text = page.text.replaceAll("&#x3D;", "=");
    expect(text).toContain(
      `<meta property="og:image" content="${app.config.publicUrl}/letters/${letter.slug}/card.png?lang=en">`,
    );
    expect(text).toContain('<meta property="og:image:width" content="1200">');
    expect(text).toContain('<meta property="og:image:height" content="630">');
    expect(text).toMatch(/<meta property="og:image:alt" content="“Keep orbit usable[^"]+Forum[^"]+">/);
    expect(text).toContain('<meta name="twitter:card" content="summary_large_image">');
  });
});

describe("what stands on a card", () => {
  it("begins on the right where the letter is read from the right", async () => {
    const arabic = await drawCard({ ...CARD, title: "مدار صالح", direction: "rtl" });
    expect(await inkIn(arabic, LEFT)).toBe(0);
    expect(await inkIn(arabic, RIGHT)).toBeGreaterThan(300);
    const english = await drawCard(CARD);
    expect(await inkIn(english, LEFT)).toBeGreaterThan(300);
    expect(await inkIn(english, RIGHT)).toBe(0);
  });

  it.each([
    ["Cyrillic", "Орбита"],
    ["Arabic", "مدار"],
    ["Han", "保持轨道可用"],
  ])("is drawn in %s letters, other words in other shapes", async (_script, title) => {
    const one = await drawCard({ ...CARD, title });
    expect(await inkIn(one, TITLE)).toBeGreaterThan(300);
    const turned = Array.from(title).toReversed().join("");
    expect((await drawCard({ ...CARD, title: turned })).equals(one)).toBe(false);
  });

  it("stays inside its place however long it is: nothing touches the edges or the number", async () => {
    for (const title of ["W".repeat(200), "Keep orbit usable for everybody. ".repeat(6), "轨".repeat(200)]) {
      const card = await drawCard({ ...CARD, title, sponsor: title, words: title });
      for (const part of [
        { left: 0, top: 20, width: 68, height: 610 },
        { left: 1132, top: 20, width: 68, height: 610 },
        { left: 0, top: 432, width: 1200, height: 36 },
      ])
        expect(await inkIn(card, part)).toBe(0);
    }
  });

  it("is the same to the byte when it says the same, also when many ask at once", async () => {
    const many = await Promise.all([drawCard(CARD), drawCard(CARD), drawCard({ ...CARD })]);
    expect(many.every((one) => one.equals(many[0] ?? Buffer.alloc(0)))).toBe(true);
  });

  it("takes markup for the words it is", async () => {
    const title = '<span size="200000" foreground="red">Orbit</span>&#65;&amp;';
    const card = await drawCard({ ...CARD, title });
    const { data } = await sharp(card).extract(TITLE).raw().toBuffer({ resolveWithObject: true });
    const channels = data.length / (TITLE.width * TITLE.height);
    let red = 0;
    for (let at = 0; at < data.length; at += channels)
      if ((data[at] ?? 0) > 200 && (data[at + 1] ?? 255) < 80) red += 1;
    expect(red).toBe(0);
    expect(pangoText(title)).toBe(
      "&lt;span size=&quot;200000&quot; foreground=&quot;red&quot;&gt;Orbit&lt;/span&gt;&amp;#65;&amp;amp;",
    );
    expect(pangoText("\u0000\ud800\ufffe")).toBe("…");
  });

  it("is drawn whatever hostile name it bears", async () => {
    for (const name of HOSTILE_NAMES.filter((_, index) => index % 10 === 0)) {
      const card = await drawCard({ ...CARD, title: name, sponsor: name, words: name });
      expect(card.subarray(1, 4).toString()).toBe("PNG");
    }
  }, 120_000);
});
