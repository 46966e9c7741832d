import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { browser as visitor, testApp, type TestApp } from "../support/app.js";
import { barePage, type BarePage } from "../support/bare-page.js";
import { findChromium } from "../support/browser.js";
import { readBack } from "../support/csv.js";
import { HOSTILE_CORPUS } from "../support/hostile-corpus.js";
import { insertSignature, LETTER, makeLetter } from "../support/letters.js";
import { xmlFaults } from "../support/xml.js";

/** Signatories of the letter: as many as a page of the list and a feed hold. */
const BATCH = 50;
const PLAIN = "Plain Signatory Ltd";
const LIST = `/letters/${LETTER.slug}/signatories`;

let app: TestApp;
/** The entries, latest first, as the list by date has them. */
const ids: string[] = [];

beforeAll(async () => {
  app = await testApp();
  const letter = await makeLetter(app.system);
  for (let number = 0; number < BATCH; number += 1) {
    app.clock.advance(1000);
    const given = { letterId: letter.id, signatoryName: "x", signatoryTitle: "x", quote: "x" };
    ids.unshift((await insertSignature(app.system, { ...given, quoteApproved: true })).id);
  }
}, 60_000);
afterAll(() => app.close());

/** The strings in parts of as many as there are signatories; the last is filled up with plain names. */
const BATCHES = Array.from({ length: Math.ceil(HOSTILE_CORPUS.length / BATCH) }, (_, place) => {
  const part = HOSTILE_CORPUS.slice(place * BATCH, (place + 1) * BATCH);
  return [...part, ...Array.from({ length: BATCH - part.length }, () => PLAIN)];
});

/** Gives every entry another name, signatory, function and quote, straight in the tables. */
async function rename(names: readonly string[]): Promise<void> {
  const given = "unnest(?::uuid[], ?::text[]) as n(id, name)";
  const values = [ids, [...names]];
  await app.database.adminDb.raw(
    `update signatures s set display_name = n.name, signatory_name = n.name, signatory_title = n.name from ${given} where s.id = n.id`,
    values,
  );
  await app.database.adminDb.raw(
    `update signature_statements q set body = n.name from ${given} where q.signature_id = n.id`,
    values,
  );
}

async function textAt(path: string): Promise<string> {
  const answer = await visitor(app).get(path).responseType("blob").expect(200);
  return String(answer.body);
}

/** What HTML and XML make of a text before anything can look at it: they know no carriage return. */
function asRead(text: string): string {
  return text.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
}

/** What stands in a feed for a text: XML has no sign at all for some characters. */
function asFeedReads(text: string): string {
  return asRead(text).replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "\ufffd");
}

/** A page whose title, description, cards and JSON-LD all hold the text. */
function everywhere(text: string): string {
  const social = { title: text, description: text, url: text, site: text, locale: "en" };
  const view = {
    title: text,
    description: text,
    heading: text,
    reason: text,
    sponsorName: text,
    notice: text,
    social,
    data: { "@context": "https://schema.org", name: text },
    canonical: text,
    sponsor: { name: text, href: text },
    footer: { funding: text, links: [] },
  };
  return app.templates.render("public/letter-ended", view, { lang: "en" });
}

function mail(text: string): string {
  const view = {
    sponsor: { name: text },
    postalAddress: text,
    kind: "signature",
    signatory: text,
    organisation: text,
    letterTitle: text,
    link: "https://forum.example/confirm/x",
    expiresAt: "2027-03-15T09:00:00Z",
  };
  return app.templates.renderMail("signature-confirm", view, { lang: "en" }).html;
}

/** In the browser: elements and attributes below a root, in order. */
const SHAPE = `const shape = (root) => [root, ...root.querySelectorAll("*")]
  .map((each) => [each.tagName, ...[...each.attributes].map((one) => one.name).sort()].join(" ")).join(">");`;

const inBrowser = findChromium() ? describe : describe.skip;
if (!findChromium())
  process.stderr.write(
    "Skipped: no Chromium was found, so nobody tried the large corpus of hostile texts.\n",
  );

test("the corpus is some 7,000 strings, each there once", () => {
  expect(HOSTILE_CORPUS.length).toBeGreaterThan(6_500);
  expect(new Set(HOSTILE_CORPUS).size).toBe(HOSTILE_CORPUS.length);
});

inBrowser("promise 28: thousands of hostile texts, in a browser without our policy", () => {
  let bare: BarePage;
  beforeAll(async () => {
    bare = await barePage();
  });
  afterAll(() => bare.close());

  /** Opens markup as a page of its own, so that whatever can run does. */
  async function open<T>(markup: string, question: string): Promise<T> {
    await bare.open(markup);
    return bare.page.evaluate<T>(question);
  }

  /** Parses markup in the browser and gives the shape of each and what `read` (JavaScript of \`doc\`) finds in it. */
  async function parsed<T>(markups: readonly string[], type: string, read: string): Promise<T[]> {
    const given = JSON.stringify(markups);
    return bare.page.evaluate<T[]>(
      `(() => { ${SHAPE} return ${given}.map((markup) => {
        const doc = new DOMParser().parseFromString(markup, "${type}");
        return ${read};
      }); })()`,
    );
  }

  test("list, frame, JSON, CSV and feed hold each as it is, every row is built like a plain one, nothing runs", async () => {
    const rows = `(() => { ${SHAPE} return [...document.querySelectorAll("tbody tr")].map((row) =>
      ({ name: row.querySelector(".org bdi").textContent, quote: row.querySelector(".sub bdi[lang]").textContent, shape: shape(row) })); })()`;
    const frame = `(() => { ${SHAPE} return { names: [...document.querySelectorAll(".embed-list bdi")].map((one) => one.textContent),
      shape: shape(document.documentElement) }; })()`;
    await rename(Array.from({ length: BATCH }, () => PLAIN));
    const [plainRow] = await open<{ shape: string }[]>(await textAt(`${LIST}?sort=date`), rows);
    const plainFrame = await open<{ shape: string }>(await textAt(`/letters/${LETTER.slug}/embed`), frame);
    Object.assign(bare.did, { dialogs: 0, away: 0 });
    for (const names of BATCHES) {
      await rename(names);
      const { items } = JSON.parse(await textAt(`${LIST}.json?sort=date`)) as {
        items: { organisation: string; signatory_name: string; quote: string }[];
      };
      expect(items.map((item) => [item.organisation, item.signatory_name, item.quote])).toEqual(
        names.map((name) => [name, name, name]),
      );
      expect((await readBack(await textAt(`${LIST}.csv?sort=date`))).map(([name]) => name)).toEqual(names);
      const feed = await textAt(`${LIST}.atom`);
      expect(xmlFaults(feed)).toEqual([]);
      const [titles] = await parsed<string[]>(
        [feed],
        "application/xml",
        `[...doc.querySelectorAll("parsererror, entry > title")].map((one) => one.textContent)`,
      );
      expect(titles).toEqual(names.map((name) => `${asFeedReads(name)} signed`));
      const list = await open<object[]>(await textAt(`${LIST}?sort=date`), rows);
      expect(list).toEqual(
        names.map((name) => ({ name: asRead(name), quote: `“${asRead(name)}”`, shape: plainRow?.shape })),
      );
      expect(await open(await textAt(`/letters/${LETTER.slug}/embed`), frame)).toEqual({
        names: names.slice(0, 5).map(asRead),
        shape: plainFrame.shape,
      });
    }
    expect(bare.did).toEqual({ dialogs: 0, away: 0 });
  }, 300_000);

  test("title, description, cards, canonical address and JSON-LD of a page, and a mail, hold each as it is and nothing else", async () => {
    const attributes = ["description", "og:title", "og:description", "og:url", "og:site_name"];
    const read = `({ shape: shape(doc.documentElement), title: doc.querySelector("title").text, h1: doc.querySelector("h1").textContent,
      data: JSON.parse(doc.querySelector("script[type='application/ld+json']").text).name,
      attributes: ${JSON.stringify(attributes)}.map((name) => doc.querySelector(\`meta[name="\${name}"], meta[property="\${name}"]\`).content),
      canonical: doc.querySelector("link[rel=canonical]").getAttribute("href") })`;
    const readMail = `({ shape: shape(doc.documentElement), from: doc.querySelector(".from").textContent })`;
    await open(everywhere(PLAIN), "1");
    const [plain] = await parsed<{ shape: string }>([everywhere(PLAIN)], "text/html", read);
    const [plainMail] = await parsed<{ shape: string }>([mail(PLAIN)], "text/html", readMail);
    Object.assign(bare.did, { dialogs: 0, away: 0 });
    for (const texts of BATCHES) {
      const shown = texts.map((text) => asRead(text));
      expect(await parsed(texts.map(everywhere), "text/html", read)).toEqual(
        shown.map((text, place) => ({
          shape: plain?.shape,
          title: text,
          h1: text,
          data: texts[place],
          attributes: attributes.map(() => text),
          canonical: text,
        })),
      );
      expect(await parsed(texts.map(mail), "text/html", readMail)).toEqual(
        shown.map((from) => ({ shape: plainMail?.shape, from })),
      );
    }
    expect(bare.did).toEqual({ dialogs: 0, away: 0 });
  }, 300_000);

  test("the oracle bites: unescaped, the same texts bring elements and dialogs", async () => {
    Object.assign(bare.did, { dialogs: 0, away: 0 });
    let extra = 0;
    const tried = HOSTILE_CORPUS.filter((text, place) => place % 40 === 0 && !/http-equiv/i.test(text));
    for (const text of tried)
      extra += await open<number>(
        `<!doctype html><title>x</title><p>${text}</p>`,
        `document.querySelectorAll("body *").length - 1`,
      );
    expect(bare.did.dialogs).toBeGreaterThan(5);
    expect(extra).toBeGreaterThan(50);
  }, 120_000);
});
