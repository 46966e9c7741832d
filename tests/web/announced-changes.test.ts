import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import supertest from "supertest";
import { changeSite } from "../../src/domain/letters/site-service.js";
import { newId } from "../../src/platform/ids.js";
import { openChangeFeed, type OpenFeed } from "../../src/web/change-feed.js";
import { keepPublicPages } from "../../src/web/page-cache.js";
import { START, testApp, type TestApp } from "../support/app.js";
import { insertSignature, LETTER, makeLetter } from "../support/letters.js";
import { insertLogo, LOGO_HASH } from "../support/signatory.js";
import { settle } from "../support/settle.js";

const PAGE = `/letters/${LETTER.slug}`;
const LIST = `${PAGE}/signatories`;

let app: TestApp;
let feed: OpenFeed;
let door: ReturnType<typeof supertest>;
let letterId: string;
let signature: string;
let organisation: string;

beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set(START);
  ({ id: letterId } = await makeLetter(app.system));
  const made = await insertSignature(app.system, { letterId, organisation: "Halden" });
  [signature, organisation] = [made.id, made.organisationId];
  feed = openChangeFeed(app.database.appUrl, app.log);
  door = supertest(keepPublicPages(app, app.web, { feed }));
  await until(() => Promise.resolve(feed.live));
});
afterEach(() => feed.close());
afterAll(() => app.close());

/** Waits until something is so; a test that waits in vain is ended by the runner. */
async function until(is: () => Promise<boolean>): Promise<void> {
  while (!(await is())) await new Promise((next) => setTimeout(next, 20));
}

const text = async (path: string): Promise<string> => (await door.get(path)).text;

function statement(kind: string, more: Record<string, unknown>) {
  return app.db("signature_statements").insert({
    id: newId(app.clock),
    signature_id: signature,
    kind,
    language: "en",
    state: "approved",
    submitted_at: app.clock.now(),
    decided_at: app.clock.now(),
    ...more,
  });
}

const LOGO = LOGO_HASH.toString("hex");

/** What is changed, on which kept page it shows, and the words that come or go with it. */
const CHANGES: [string, string, string, () => Promise<unknown>][] = [
  ["a quote", LIST, "Words for all to read", () => statement("quote", { body: "Words for all to read" })],
  [
    "a reservation",
    LIST,
    "Not clause one as it stands",
    () => statement("reservation", { clause: 1, body: "Not clause one as it stands" }),
  ],
  ["a logo", LIST, LOGO, () => insertLogo(app, signature)],
  [
    "a check of the signature",
    `${LIST}.json`,
    "own_domain",
    () =>
      app.db("signature_evidence").insert({
        id: newId(app.clock),
        signature_id: signature,
        kind: "own_domain",
        source: "company",
        at: app.clock.now(),
      }),
  ],
  [
    "a band",
    PAGE,
    "in confidence",
    () =>
      app.db("band_publications").insert({
        letter_id: letterId,
        kind: "confidential",
        slot: app.clock.now(),
        class: "all",
        key: "",
        band: 10,
      }),
  ],
  [
    "the message over all pages",
    PAGE,
    "We are moving house",
    () => changeSite(app.system, { banner: "We are moving house" }),
  ],
];

describe("a kept page", () => {
  it.each(CHANGES)("shows %s as soon as it is there", async (_what, path, words, act) => {
    expect(await text(path)).not.toContain(words);
    await act();
    await until(async () => (await text(path)).includes(words));
  });

  it("loses a logo as soon as it is taken back", async () => {
    const id = await insertLogo(app, signature);
    await until(async () => (await text(LIST)).includes(LOGO));
    const gone = { state: "taken_back", logo: null, ended_at: app.clock.now() };
    await app.db("signature_statements").where({ id }).update(gone);
    await until(async () => !(await text(LIST)).includes(LOGO));
  });

  it("leads to the log as soon as that has a checkpoint", async () => {
    expect(await text(PAGE)).not.toContain(`${PAGE}/log`);
    await settle(app);
    await until(async () => (await text(PAGE)).includes(`${PAGE}/log`));
  });

  it("keeps a checkpoint until the log grows or a witness signs it", async () => {
    await settle(app);
    const checkpoint = `${PAGE}/log/checkpoint`;
    await until(async () => (await text(checkpoint)).includes("/log"));
    const { size } = (await app.db("log_checkpoints").first("size")) as { size: number };
    const line = "\u2014 witness.example/w1 AAAAAAAA\n";
    const row = { letter_id: letterId, size, witness: "w1", line, received_at: app.clock.now() };
    await app.db("log_cosignatures").insert(row);
    await until(async () => (await text(checkpoint)).endsWith(line));
    await insertSignature(app.system, { letterId, organisation: "Rimfrost" });
    const answer = await door.get(checkpoint);
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": "*",
      "cache-control": "public, max-age=4",
    });
  });

  it("hears of another name of an organisation, and of nothing that happens in private", async () => {
    const before = feed.version(LETTER.slug);
    const { id } = await insertSignature(app.system, { letterId, state: "in_review" });
    await app.db("signature_evidence").insert({
      id: newId(app.clock),
      signature_id: id,
      kind: "attested",
      source: "company",
      at: app.clock.now(),
    });
    const heard = feed.version();
    await app.db("organisations").where({ id: organisation }).update({ legal_name: "Halden AS" });
    await until(() => Promise.resolve(feed.version() !== heard));
    expect(feed.version(LETTER.slug)).not.toBe(before);
  });
});
