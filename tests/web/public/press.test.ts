import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { writeText } from "../../../src/domain/letters/service.js";
import { browser, testApp, type TestApp } from "../../support/app.js";
import { CANARY, insertSignature, LETTER, makeLetter } from "../../support/letters.js";

let app: TestApp;
let letterId: string;
beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  ({ id: letterId } = await makeLetter(app.system));
});
afterAll(() => app.close());

const read = async (path: string) => (await browser(app).get(path).expect(200)).text;
const PRESS = `/letters/${LETTER.slug}/press`;
const CORRECTIONS = `/letters/${LETTER.slug}/corrections`;

describe("the page for the press", () => {
  it("gives the facts, the latest to sign, quotes that may be cited, files and a contact", async () => {
    await insertSignature(app.system, {
      letterId,
      organisation: "Halden Orbital AS",
      quote: "We fly between the fragments.",
      quoteApproved: true,
    });
    await insertSignature(app.system, { letterId, organisation: "Quiet Sky", visibility: "confidential" });
    const html = await read(PRESS);
    for (const part of [
      "Halden Orbital AS",
      "letter.pdf",
      "card.png",
      "signatories.csv",
      LETTER.sponsor_email,
    ])
      expect(html).toContain(part);
    expect(html).not.toContain("Quiet Sky");
    expect(html).not.toContain(CANARY);
    expect(await read(`/letters/${LETTER.slug}`)).toContain(`${PRESS}"`);
  });

  it("is there when the letter is, and not before or after", async () => {
    await makeLetter(app.system, { slug: "hidden", state: "approved" });
    await browser(app).get("/letters/hidden/press").expect(404);
    await app.db("letters").where({ id: letterId }).update({ state: "removed" });
    await browser(app).get(PRESS).expect(410);
    await browser(app).get(CORRECTIONS).expect(410);
  });
});

describe("the list of corrections", () => {
  it("says when there is none", async () => {
    expect(await read(CORRECTIONS)).toContain("Nothing has been put right so far.");
  });

  it("tells of new wording and of entries taken off the list, never whose they were", async () => {
    const { id } = await insertSignature(app.system, { letterId, organisation: "Never Signed Ltd" });
    const { id: waiting } = await insertSignature(app.system, { letterId, state: "in_review" });
    expect(waiting).not.toBe(id);
    const version = (await app.db("letter_versions").where({ letter_id: letterId }).first("id")) as {
      id: string;
    };
    await app.db("letter_versions").insert({
      id: "01890a5d-ac96-774b-bcce-b302099a8001",
      letter_id: letterId,
      number: 2,
      reason: "A comma was missing in clause 2.",
      material: false,
      created_at: app.clock.now(),
    });
    const text: unknown = await app.db("letter_translations").where({ version_id: version.id }).first();
    await app.db("letter_translations").insert({
      ...(text as object),
      version_id: "01890a5d-ac96-774b-bcce-b302099a8001",
    });
    await app.db("signature_history").insert({
      id: "01890a5d-ac96-774b-bcce-b302099a8002",
      signature_id: id,
      from_state: "published",
      to_state: "invalidated",
      cause: "invalidated",
      actor_kind: "staff",
      at: app.clock.now(),
    });
    await app.db("signatures").where({ id }).update({ state: "invalidated" });
    const html = await read(CORRECTIONS);
    expect(html).toContain("A comma was missing in clause 2.");
    expect(html).toContain("An entry was taken off the list.");
    expect(html).not.toContain("Never Signed");
  });

  it("speaks the language that was asked for", async () => {
    await writeText(app.system, LETTER.slug, {
      language: "fr",
      title: "Gardons l’orbite praticable",
      addressee: "À tous",
      body_md: "1. Un.\n2. Deux.\n3. Trois.",
    });
    expect(await read(`${CORRECTIONS}?lang=fr`)).toContain("Rien n’a été corrigé jusqu’ici.");
    expect(await read(`${PRESS}?lang=fr`)).toContain("Pour la presse");
  });
});
