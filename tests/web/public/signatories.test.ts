import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import {
  signatoryListDocument,
  type SignatoryListDocument,
} from "../../../src/domain/publication/commands.js";
import { DAY } from "../../../src/platform/clock.js";
import { browser, START, testApp, type TestApp } from "../../support/app.js";
import { CANARY, insertSignature, LETTER, makeLetter } from "../../support/letters.js";
import { withoutData } from "../../support/html.js";

let app: TestApp;
let letterId: string;
beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set(START);
  ({ id: letterId } = await makeLetter(app.system));
});
afterAll(() => app.close());

const LIST = `/letters/${LETTER.slug}/signatories`;
const read = async (path: string) => (await browser(app).get(path).expect(200)).text;
const json = async (query = "") =>
  (await browser(app).get(`${LIST}.json${query}`).expect(200)).body as SignatoryListDocument;
const names = async (query: string) => (await json(query)).items.map(({ organisation }) => organisation);

const day = (days: number) => new Date(Date.parse(START) + days * DAY);

async function some(): Promise<void> {
  await insertSignature(app.system, {
    letterId,
    organisation: "Zephyr 100% Launch",
    sector: "launch_provider",
    country: "FR",
    at: day(3),
  });
  await insertSignature(app.system, {
    letterId,
    organisation: "Étoile Assurances",
    sector: "insurer",
    country: "FR",
    at: day(2),
  });
  await insertSignature(app.system, { letterId, organisation: "asagiri K.K.", country: "JP", at: day(1) });
}

describe("the public list", () => {
  it("is empty with a sentence that says what would be here", async () => {
    expect(await read(LIST)).toContain("Entries appear here once they have been confirmed and reviewed.");
    expect((await json()).items).toEqual([]);
  });

  it("is sorted by name as people sort, or by date", async () => {
    await some();
    expect(await names("")).toEqual(["asagiri K.K.", "Étoile Assurances", "Zephyr 100% Launch"]);
    expect(await names("?sort=date")).toEqual(["Zephyr 100% Launch", "Étoile Assurances", "asagiri K.K."]);
    expect(await read(`${LIST}?sort=date`)).toContain('aria-sort="descending"');
  });

  it.each([
    ["?q=LAUNCH", ["Zephyr 100% Launch"]],
    ["?q=100%25", ["Zephyr 100% Launch"]],
    ["?q=%25", []],
    ["?region=150", ["Étoile Assurances", "Zephyr 100% Launch"]],
    ["?region=142&q=asagiri", ["asagiri K.K."]],
    ["?region=999", []],
    ["?q=_", []],
    ["?q=%5C", []],
    ["?q=a%00b", []],
    ["?country=fr&sort=date", ["Zephyr 100% Launch", "Étoile Assurances"]],
    ["?sector=insurer", ["Étoile Assurances"]],
    ["?sector=insurer&country=JP", []],
    ["?sector=nonsense", []],
    ["?sort=nonsense&q=asa", ["asagiri K.K."]],
    ["?q=asa&q=zephyr", ["asagiri K.K."]],
  ])("narrowed by %s shows %j", async (query, expected) => {
    await some();
    expect(await names(query)).toEqual(expected);
    const html = await read(`${LIST}${query}`);
    for (const name of expected) expect(html).toContain(name);
    if (expected.length === 0) expect(html).toContain("Nobody on the list fits.");
  });

  it("keeps what was typed in its fields, and its twins narrowed alike", async () => {
    await some();
    const html = await read(`${LIST}?q=%22Z%22&country=FR`);
    expect(html).toContain('value="&quot;Z&quot;"');
    expect(html).toContain('<option value="FR" selected>France</option>');
    expect(html).toContain(`${LIST}.csv?q&#x3D;%22Z%22&amp;country&#x3D;FR`);
  });

  it("comes in pages of 50, and a page that is not there leads to the last", async () => {
    for (let n = 100; n < 221; n += 1)
      await insertSignature(app.system, { letterId, organisation: `Orbit ${n}` });
    const first = await read(LIST);
    expect(first).toContain("121 signed. As of 1 March 2027.");
    expect(first).toContain("Page 1 of 3");
    expect(first).toContain("Orbit 149");
    expect(first).not.toContain("Orbit 150");
    expect(await read(`${LIST}?page=3`)).toContain("Orbit 220");
    await browser(app)
      .get(`${LIST}?page=9&country=no`)
      .expect(302)
      .expect("Location", `${LIST}?country=NO&page=3`);
    await browser(app).get(`${LIST}?page=0`).expect(200);
    await browser(app).get(`${LIST}?page=-1`).expect(200);
    expect((await json()).items).toHaveLength(121);
    expect(await json("?page=3")).toMatchObject({ page: 3, pages: 3, total: 121 });
    await browser(app).get(`${LIST}.json?page=4`).expect(302).expect("Location", `${LIST}.json?page=3`);
  });

  it("gives each organisation one anchor that stays, also when it comes back after withdrawing", async () => {
    const { organisationId } = await insertSignature(app.system, { letterId, organisation: "Kestrelline" });
    const before = (await json()).items[0]?.anchor ?? "";
    await app.db("signatures").update({ state: "withdrawn", withdrawn_at: app.clock.now() });
    expect((await json()).items.map(({ anchor }) => anchor)).toEqual([before]);
    app.clock.advance(DAY);
    await insertSignature(app.system, { letterId, organisation: "Kestrelline", organisationId });
    const { items, counts } = await json();
    expect(counts).toEqual({ signed: 1, with_reservation: 0, countries: 1, withdrawn: 1 });
    expect(items.find(({ state }) => state === "published")?.anchor).toBe(before);
    expect(new Set(items.map(({ anchor }) => anchor)).size).toBe(2);
    expect(await read(LIST)).toContain(`<tr id="${before}">`);
  });

  it("shows of a withdrawn signature the organisation and both dates, and nothing more", async () => {
    await insertSignature(app.system, {
      letterId,
      state: "withdrawn",
      organisation: "Kestrelline",
      signatoryName: "Nobody Any More",
      quote: "Taken back",
      quoteApproved: true,
    });
    for (const twin of ["", ".json", ".csv", ".txt"]) {
      const text = await read(`${LIST}${twin}`);
      expect(text).toContain("Kestrelline");
      expect(text).not.toContain("Nobody Any More");
      expect(text).not.toContain("Taken back");
    }
    expect((await json()).items[0]).toMatchObject({
      state: "withdrawn",
      signed_at: "2027-03-01T09:00:00.000Z",
      withdrawn_at: "2027-03-02T09:00:00.000Z",
      signatory_name: null,
    });
  });
});

describe("the twins of the list", () => {
  it("hold no private column, whatever their form", async () => {
    await insertSignature(app.system, { letterId, quote: `${CANARY} unapproved` });
    await insertSignature(app.system, { letterId, state: "in_review", organisation: `${CANARY} pending` });
    await insertSignature(app.system, {
      letterId,
      visibility: "confidential",
      organisation: `${CANARY} secret`,
    });
    for (const path of [LIST, `${LIST}.json`, `${LIST}.csv`, `${LIST}.txt`, `/letters/${LETTER.slug}`]) {
      const text = await read(path);
      expect(text).not.toContain(CANARY);
      expect(withoutData(text)).not.toContain("@");
    }
  });

  it("are read by other sites, and carry only the fields that are declared", async () => {
    await some();
    const response = await browser(app)
      .get(`${LIST}.json`)
      .set("Origin", "https://elsewhere.example")
      .expect(200);
    expect(response.headers).toMatchObject({
      "access-control-allow-origin": "*",
      "content-type": "application/json; charset=utf-8",
    });
    const strict = signatoryListDocument.strict().safeParse(response.body);
    expect(strict.error).toBeUndefined();
    const [item] = (response.body as SignatoryListDocument).items;
    expect(Object.keys(item ?? {})).toEqual(Object.keys(signatoryListDocument.shape.items.element.shape));
    expect(item).toMatchObject({
      country: "JP",
      checked: ["email_confirmed", "reviewed_by_staff"],
      quote: null,
    });
  });

  it("run nothing in a spreadsheet, and lose nothing either", async () => {
    await insertSignature(app.system, {
      letterId,
      organisation: '=HYPERLINK("http://evil.example")',
      signatoryName: "+1 234",
      signatoryTitle: "@SUM(A1)",
    });
    const response = await browser(app).get(`${LIST}.csv`).expect(200);
    expect(response.headers["content-disposition"]).toBe(
      'attachment; filename="keep-orbit-usable-signatories-2027-03-01.csv"',
    );
    const [head, row] = response.text.replace("\ufeff", "").split("\r\n");
    expect(head).toBe(
      "organisation,country,sector,signatory_name,signatory_title,state,signed_on,withdrawn_on,quote,checked,reservation,logo,signed_version,scope,covers",
    );
    expect(row).toContain(`"'=HYPERLINK(""http://evil.example"")"`);
    expect(row).toContain(`'+1 234`);
    expect(row).toContain(`'@SUM(A1)`);
  });

  it("come as plain lines too", async () => {
    await some();
    expect(await read(`${LIST}.txt`)).toContain(
      "asagiri K.K., Japan, Sigrid Aune, Managing Director, 2 Mar 2027",
    );
    expect(await read(`${LIST}.txt`)).toContain(
      "3 organisations from 2 countries have signed, as of 1 March 2027",
    );
  });

  it("do not speak of another letter's signatories", async () => {
    const other = await makeLetter(app.system, { slug: "other" });
    await insertSignature(app.system, { letterId: other.id, organisation: "Elsewhere" });
    expect(await json()).toMatchObject({ items: [], counts: { signed: 0 } });
  });
});
