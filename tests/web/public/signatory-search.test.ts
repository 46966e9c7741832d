import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { SignatoryListDocument } from "../../../src/domain/publication/commands.js";
import { keepFormerName } from "../../../src/domain/organisations/life-service.js";
import { getOrganisation } from "../../../src/domain/organisations/service.js";
import { transaction } from "../../../src/platform/context.js";
import { browser, testApp, type TestApp } from "../../support/app.js";
import { insertSignature, LETTER, makeLetter } from "../../support/letters.js";

const NAMES = {
  pelagia: "Pelagia Wéather-Data B.V.",
  roscosmos: "Роскосмос Сервис",
  aerostar: "ΑΕΡΟΣΤΑΡ Α.Ε.",
  oneill: "O’Neill & Sønner A/S",
  lodz: "Łódzka Optyka sp. z o.o.",
  strasse: "Kosmosstraße GmbH",
  china: "北斗卫星导航公司",
  yahsat: "شركة الأقمار",
  full: "ＡＣＭＥ Orbit",
  percent: "50% Orbital",
};

let app: TestApp;
let letterId: string;
let pelagia: string;
beforeAll(async () => {
  app = await testApp();
  ({ id: letterId } = await makeLetter(app.system));
  for (const organisation of Object.values(NAMES)) {
    const { organisationId } = await insertSignature(app.system, { letterId, organisation });
    if (organisation === NAMES.pelagia) pelagia = organisationId;
  }
});
afterAll(() => app.close());

const LIST = `/letters/${LETTER.slug}/signatories`;
async function found(q: string): Promise<string[]> {
  const answer = await browser(app).get(`${LIST}.json`).query({ q }).expect(200);
  return (answer.body as SignatoryListDocument).items.map(({ organisation }) => organisation);
}

describe("searching the list", () => {
  it.each([
    ["accents are left out", "weather", NAMES.pelagia],
    ["accents are written where there are none", "pélàgia", NAMES.pelagia],
    ["case differs", "PELAGIA weather", NAMES.pelagia],
    ["words come in another order", "data pelagia", NAMES.pelagia],
    ["the legal form is another", "Pelagia Weather Data Limited", NAMES.pelagia],
    ["the legal form is spelled with dots", "pelagia b.v.", NAMES.pelagia],
    ["a Cyrillic name is typed in Latin letters", "Roscosmos", NAMES.roscosmos],
    ["a Latin name is typed in Cyrillic letters", "Пелагия", NAMES.pelagia],
    ["a Greek name is typed in Latin letters", "aerostar", NAMES.aerostar],
    ["the apostrophe is another, or missing", "oneill", NAMES.oneill],
    ["a Danish letter is typed as o", "o'neill sonner", NAMES.oneill],
    ["and is written for &", "O'Neill and Sonner", NAMES.oneill],
    ["a Polish letter is typed as l", "lodzka", NAMES.lodz],
    ["ß is typed as ss", "kosmosstrasse", NAMES.strasse],
    ["two characters of a Chinese name", "卫星", NAMES.china],
    ["an Arabic letter is written without its hamza", "الاقمار", NAMES.yahsat],
    ["full-width letters are typed as plain ones", "acme orbit", NAMES.full],
    ["a sign in the name is typed", "50%", NAMES.percent],
  ])("finds a name when %s", async (_when, typed, name) => {
    expect(await found(typed)).toEqual([name]);
  });

  it("needs every word, and takes no sign for a wildcard", async () => {
    expect(await found("pelagia orbit")).toEqual([]);
    expect(await found("%")).toEqual([]);
    expect(await found("_")).toEqual([]);
    expect(await found("ъ")).toEqual([]);
  });

  it("finds an organisation by the name it had before", async () => {
    await transaction(app.system, async (tx) => {
      const before = await getOrganisation(tx, pelagia);
      await keepFormerName(tx, { ...before, name: "Halcyon Tides Ltd" }, before.name);
    });
    expect(await found("halcyon tides GmbH")).toEqual([NAMES.pelagia]);
  });

  it("offers names that come close where nobody has the one that was typed", async () => {
    const html = (await browser(app).get(LIST).query({ q: "Aerostarr Sails" }).expect(200)).text;
    expect(html).toContain("Nobody on the list fits.");
    expect(html).toContain("Names that come close:");
    expect(html).toContain(NAMES.aerostar);
    const none = (await browser(app).get(LIST).query({ q: "qqqqqqqq" }).expect(200)).text;
    expect(none).not.toContain("Names that come close:");
  });
});

const sum = (groups: readonly { count: number }[]) => groups.reduce((all, { count }) => all + count, 0);

describe("the list in numbers", () => {
  it("counts by region, country and sector, on the page and in its twin", async () => {
    const answer = await browser(app).get(`${LIST}.json`).expect(200);
    const { totals, counts } = answer.body as SignatoryListDocument;
    expect([sum(totals.regions), sum(totals.countries), sum(totals.sectors)]).toEqual(
      Array.from({ length: 3 }, () => counts.signed),
    );
    const html = (await browser(app).get(LIST).expect(200)).text;
    expect(html).toContain("By region of the world");
  });
});
