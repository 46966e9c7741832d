import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { writeText } from "../../src/domain/letters/service.js";
import { changeLetterState } from "../../src/domain/letters/state-service.js";
import type { SignatoryListDocument } from "../../src/domain/publication/commands.js";
import { browser, testApp, type TestApp } from "../support/app.js";
import { CANARY, insertSignature, LETTER, makeLetter } from "../support/letters.js";

let app: TestApp;
let letterId: string;
beforeAll(async () => {
  app = await testApp();
  ({ id: letterId } = await makeLetter(app.system));
  const seen = [
    ["Halden Orbital AS", "NO", "satellite_operator"],
    ["Asagiri Launch Services K.K.", "JP", "launch_provider"],
    ["Baltmark Underwriting SE", "EE", "insurer"],
    ["Northfold Reinsurance plc", "GB", "insurer"],
  ] as const;
  for (const [organisation, country, sector] of seen) {
    await insertSignature(app.system, { letterId, organisation, country, sector });
  }
  await insertSignature(app.system, {
    letterId,
    organisation: "Kestrelline GmbH",
    country: "DE",
    state: "withdrawn",
  });
  await insertSignature(app.system, { letterId, organisation: "Quiet Sat Ltd", visibility: "confidential" });
  await insertSignature(app.system, { letterId, organisation: "Waiting Sat Ltd", state: "in_review" });
});
afterAll(() => app.close());

const open = async (path: string) =>
  (await browser(app).get(path).set("Accept-Language", "en").expect(200)).text;
const href = (html: string, words: string): string => {
  const link = [...html.matchAll(/<a [^>]*href="([^"]+)"[^>]*>([\s\S]*?)<\/a>/g)].find(([, , inside]) =>
    inside?.includes(words),
  );
  return (link?.[1] ?? "").replaceAll("&#x3D;", "=").replaceAll("&amp;", "&");
};

describe("a journalist reads the public list", () => {
  it("comes to the letter from the front page and finds how many have signed", async () => {
    const home = await browser(app).get("/").expect(302);
    const letter = await open(home.headers["location"] as string);
    expect(letter).toContain(LETTER.title);
    expect(letter).toContain("<b>4</b><span>organisations from 4 countries have signed</span>");
  });

  it("follows the bar of a sector to its part of the list", async () => {
    const insurers = await open(href(await open(`/letters/${LETTER.slug}`), "Insurance"));
    expect(insurers).toContain("Baltmark Underwriting SE");
    expect(insurers).toContain("Northfold Reinsurance plc");
    expect(insurers).not.toContain("Halden");
    expect(insurers).toContain("2 entries fit.");
  });

  it("sees who has withdrawn, and nobody who is not public", async () => {
    const list = await open(`/letters/${LETTER.slug}/signatories`);
    expect(list).toContain("Signed 1 Mar 2027, withdrew 2 Mar 2027.");
    expect(list).not.toMatch(/Quiet Sat|Waiting Sat/);
    expect(list).not.toContain(CANARY);
  });

  it("takes the same list along as JSON and as CSV", async () => {
    const list = await open(`/letters/${LETTER.slug}/signatories?country=JP`);
    const json = JSON.parse(await open(href(list, "JSON"))) as SignatoryListDocument;
    expect(json.items.map(({ organisation }) => organisation)).toEqual(["Asagiri Launch Services K.K."]);
    expect(await open(href(list, "CSV"))).toContain("Asagiri Launch Services K.K.,JP,launch_provider");
    const cited = new URL(json.items[0]?.url ?? "");
    expect(await open(cited.pathname + cited.search)).toContain(`<tr id="${cited.hash.slice(1)}">`);
  });

  it("reads it in French once there is a translation", async () => {
    const french = {
      language: "fr",
      title: "Garder l’orbite utilisable",
      addressee: "à tous",
      body_md: "1. Un.",
    };
    await writeText(app.system, LETTER.slug, french);
    const page = await open(href(await open(`/letters/${LETTER.slug}`), "Français"));
    expect(page).toContain('<html lang="fr" dir="ltr">');
    expect(page).toContain("organisations de 4 pays ont signé");
    expect(page).toContain("Assurance");
  });

  it("still finds all of it after the letter has closed, and a plain word once it was taken down", async () => {
    await changeLetterState(app.system, LETTER.slug, { to: "closed" });
    const closed = await open(`/letters/${LETTER.slug}`);
    expect(closed).toContain("This letter no longer takes signatures.");
    expect(closed).toContain("Halden Orbital AS");
    await changeLetterState(app.system, LETTER.slug, { to: "removed" });
    const gone = await browser(app).get(`/letters/${LETTER.slug}`).set("Accept-Language", "en").expect(410);
    expect(gone.text).toContain("This letter has been taken down.");
  });
});
