import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { transitionAnswer } from "../../src/domain/declines/service.js";
import { keepPublicPages } from "../../src/web/page-cache.js";
import supertest from "supertest";
import { browser, staffCtx, testApp, type TestApp } from "../support/app.js";
import { insertSignature, makeLetter } from "../support/letters.js";
import { pdfText } from "../support/pdf-text.js";
import { insertLogo, LOGO_HASH, managePath } from "../support/signatory.js";

/**
 * Every public output that may name an organisation. A new one (a feed, a PDF, a card, an embedded list) is added here
 * by one line; `names` says whether it names single organisations when it is not narrowed to one, `standing` that it
 * names those only that stand by their signature.
 */
const OUTPUTS: { path: (slug: string) => string; names: boolean; standing?: true }[] = [
  { path: () => "/", names: false },
  { path: (slug) => `/letters/${slug}`, names: true },
  { path: (slug) => `/letters/${slug}/signatories`, names: true },
  { path: (slug) => `/letters/${slug}/signatories?q=Marker`, names: true },
  { path: (slug) => `/letters/${slug}/signatories?sort=date`, names: true },
  { path: (slug) => `/letters/${slug}/signatories.json`, names: true },
  { path: (slug) => `/letters/${slug}/signatories.csv`, names: true },
  { path: (slug) => `/letters/${slug}/signatories.txt`, names: true },
  { path: (slug) => `/letters/${slug}/signatories.atom`, names: true },
  { path: (slug) => `/letters/${slug}/embed`, names: true, standing: true },
  { path: (slug) => `/letters/${slug}/letter.pdf`, names: true },
  { path: (slug) => `/letters/${slug}/press`, names: true, standing: true },
  { path: (slug) => `/letters/${slug}/corrections`, names: false },
  { path: (slug) => `/letters/${slug}/badge.svg`, names: false },
  { path: (slug) => `/letters/${slug}/card.png`, names: false },
  {
    path: (slug) => `/oembed?url=${encodeURIComponent(`${app.config.publicUrl}/letters/${slug}`)}`,
    names: false,
  },
];

const NAME = "Marker7f3a Orbital";
const QUOTE = "Words of marker7f3a.";
const RESERVED = "Not without marker7f3a.";
const LOGO_PATH = `/logos/${LOGO_HASH.toString("hex")}.png`;

let app: TestApp;
let slug = "";
let id = "";
/** The door as it runs, with its store of kept pages in front. */
let door: ReturnType<typeof supertest>;

beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  const letter = await makeLetter(app.system);
  slug = letter.slug;
  ({ id } = await insertSignature(app.system, {
    letterId: letter.id,
    organisation: NAME,
    quote: QUOTE,
    quoteApproved: true,
  }));
  await app.db("signature_statements").insert({
    id: "0190aaaa-0000-7000-8000-000000000001",
    signature_id: id,
    kind: "reservation",
    clause: 1,
    body: RESERVED,
    language: "en",
    state: "approved",
    submitted_at: app.clock.now(),
    decided_at: app.clock.now(),
  });
  await insertLogo(app, id);
  door = supertest(keepPublicPages(app, app.web, { freshFor: 0 }));
});
afterAll(() => app.close());

/** Which outputs say the word, wherever they say it. */
async function saying(word: string): Promise<string[]> {
  const found: string[] = [];
  for (const { path } of OUTPUTS) {
    const answer = await door.get(path(slug)).buffer(true);
    // The home page leads on to the letter while there is only one.
    expect([200, 302]).toContain(answer.status);
    const isPdf = answer.headers["content-type"] === "application/pdf";
    const said = isPdf ? pdfText(answer.body as Buffer) : (answer.text ?? String(answer.body));
    const all = `${said} ${JSON.stringify(answer.headers)}`;
    if (all.includes(word)) found.push(path(slug));
  }
  return found;
}

const naming = (): string[] => OUTPUTS.filter(({ names }) => names).map(({ path }) => path(slug));
const logoStatus = async (): Promise<number> => (await door.get(LOGO_PATH)).status;

/** How long the longest-lived copy of an answer may be shown, in seconds, by caches in front and by browsers (RFC 9111 §5.2, RFC 5861 §3). */
function shownFor(header: string): number {
  const seconds = (name: string): number => Number(new RegExp(`${name}=(\\d+)`).exec(header)?.[1] ?? 0);
  return Math.max(seconds("max-age"), seconds("s-maxage")) + seconds("stale-while-revalidate");
}

describe("promise 9: what is over vanishes from every public output", () => {
  test("the oracle bites: every output names the organisation while its signature stands", async () => {
    expect(await saying(NAME)).toEqual(naming());
    expect(await saying("marker7f3a")).toEqual(expect.arrayContaining([`/letters/${slug}/signatories.json`]));
    expect(await logoStatus()).toBe(200);
  });

  test.each([
    ["invalidated", async () => transitionAnswer(await staffCtx(app, "reviewer"), id, { to: "invalidated" })],
    [
      "disputed by its own organisation",
      async () =>
        browser(app)
          .post(`${await managePath(app, id)}/dispute`)
          .expect(303),
    ],
    [
      "disputed, looked at again and rejected",
      async () => {
        await browser(app)
          .post(`${await managePath(app, id)}/dispute`)
          .expect(303);
        const staff = await staffCtx(app, "reviewer");
        await transitionAnswer(staff, id, { to: "in_review" });
        await transitionAnswer(staff, id, { to: "rejected", reason_code: "duplicate" });
      },
    ],
  ])("an entry that is %s is named nowhere, nor are its words and its logo", async (_how, act) => {
    await saying(NAME); // every page is kept by now
    await act();
    expect(await saying("arker7f3a")).toEqual(
      // What somebody looks for stands in the field they typed it into; nothing else of it does.
      [],
    );
    expect(await logoStatus()).toBe(404);
  });

  test("one that is withdrawn is shown as withdrawn everywhere, without its words, its person and its logo", async () => {
    await saying(NAME);
    await browser(app)
      .post(`${await managePath(app, id)}/withdraw`)
      .expect(303);
    const both = OUTPUTS.filter(({ names, standing }) => names && !standing).map(({ path }) => path(slug));
    expect(await saying(NAME)).toEqual(both);
    expect(await saying(QUOTE)).toEqual([]);
    expect(await saying(RESERVED)).toEqual([]);
    expect(await saying("Sigrid Aune")).toEqual([]);
    expect(await saying(LOGO_PATH)).toEqual([]);
    expect(await logoStatus()).toBe(404);
    const csv = await door.get(`/letters/${slug}/signatories.csv`).expect(200);
    expect(csv.text).toContain(",withdrawn,");
    const json = await door.get(`/letters/${slug}/signatories.json`).expect(200);
    expect(json.body).toMatchObject({ items: [{ state: "withdrawn" }] });
  });

  test("no copy of any of them may be shown longer than ten seconds, with the two in which we may not look", async () => {
    for (const path of [...OUTPUTS.map((output) => output.path(slug)), LOGO_PATH]) {
      const answer = await door.get(path);
      if (answer.status === 302) continue;
      const control = String(answer.headers["cache-control"]);
      expect([path, shownFor(control) + 2 <= 10 && !control.includes("immutable")]).toEqual([path, true]);
    }
  });
});
