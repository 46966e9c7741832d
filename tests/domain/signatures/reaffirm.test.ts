import { afterAll, beforeEach, describe, expect, it } from "@jest/globals";
import { addVersion } from "../../../src/domain/letters/service.js";
import { linkAddress, ensureLink } from "../../../src/domain/links/service.js";
import { EVERYBODY } from "../../../src/domain/publication/signatory.js";
import { signatoryList, signatoryTotals } from "../../../src/domain/publication/views.js";
import { DAY } from "../../../src/platform/clock.js";
import { browser, testApp } from "../../support/app.js";
import { insertSignature, LETTER, makeLetter } from "../../support/letters.js";
import { settle } from "../../support/settle.js";

const app = await testApp();
afterAll(() => app.close());
beforeEach(() => app.database.clean());

async function signedLetter(): Promise<{ slug: string; letterId: string; signature: string }> {
  const { id: letterId, slug } = await makeLetter(app.system);
  const { id: signature } = await insertSignature(app.system, { letterId });
  return { slug, letterId, signature };
}

async function change(slug: string, material: boolean): Promise<void> {
  const text = {
    title: LETTER.title,
    addressee: LETTER.addressee,
    body_md: `${LETTER.body_md}\n\nAnd soon.`,
  };
  await addVersion(app.system, slug, { ...text, reason: "A demand was added.", material });
}

const states = (): Promise<string[]> => app.db("signatures").orderBy("id").pluck("state");
const asked = (): Promise<string[]> =>
  app.db("messages").where({ template: "signature-reaffirm" }).orderBy("send_key").pluck("send_key");

async function page(signature: string): Promise<string> {
  const link = await ensureLink(app.system, "manage", signature);
  return `${new URL(linkAddress(app.system, link)).pathname}/reaffirm`;
}

describe("when the meaning of a letter changes", () => {
  it("every accepted signatory is asked once, and stays listed under the version it signed", async () => {
    const { slug, letterId } = await signedLetter();
    await insertSignature(app.system, { letterId, state: "standing", kind: "pledge" });
    await insertSignature(app.system, { letterId, state: "in_review" });
    await change(slug, true);
    await settle(app);
    await settle(app);
    expect((await states()).sort()).toEqual(["in_review", "needs_reaffirmation", "needs_reaffirmation"]);
    expect(await asked()).toHaveLength(2);
    const list = await signatoryList(app.system, { ...EVERYBODY, letterId });
    expect(list.items.map(({ signedVersion }) => signedVersion)).toEqual([1]);
    expect((await signatoryTotals(app.system, letterId)).signed).toBe(1);
    const { text } = await browser(app).get(`/letters/${slug}`).expect(200);
    expect(text).toContain("signed version 1");
  });

  it("nobody is asked for a correction that changes no meaning", async () => {
    const { slug } = await signedLetter();
    await change(slug, false);
    await settle(app);
    expect(await states()).toEqual(["published"]);
    expect(await asked()).toEqual([]);
  });

  it("looking changes nothing, and the button pins the entry to the new version", async () => {
    const { slug, signature } = await signedLetter();
    await change(slug, true);
    await settle(app);
    const address = await page(signature);
    const { text } = await browser(app).get(address).expect(200);
    expect(text).toContain("And soon.");
    expect(await states()).toEqual(["needs_reaffirmation"]);
    await browser(app).post(address).type("form").send({ version: "2" }).expect(303);
    await browser(app).post(address).type("form").send({ version: "2" }).expect(303);
    expect(await states()).toEqual(["published"]);
    const row = (await app
      .db("signatures as s")
      .join("letter_versions as v", "v.id", "s.version_id")
      .join("letter_translations as t", "t.version_id", "v.id")
      .first("v.number", "s.content_hash", "t.content_hash as text_hash")) as Record<string, unknown>;
    expect(row["number"]).toBe(2);
    expect(row["content_hash"]).toEqual(row["text_hash"]);
    await settle(app);
    expect(await states()).toEqual(["published"]);
  });

  it("a yes to a text that a newer one has replaced meanwhile is refused", async () => {
    const { slug, signature } = await signedLetter();
    await change(slug, true);
    await settle(app);
    await browser(app)
      .post(await page(signature))
      .type("form")
      .send({ version: "1" })
      .expect(409);
    expect(await states()).toEqual(["needs_reaffirmation"]);
  });

  it("silence brings two reminders and takes nobody off the list", async () => {
    const { slug } = await signedLetter();
    await change(slug, true);
    await settle(app);
    for (const days of [6, 2, 14, 60]) {
      app.clock.advance(days * DAY);
      await settle(app);
    }
    expect((await asked()).map((key) => key.slice(-2))).toEqual([":0", ":1", ":2"]);
    expect(await states()).toEqual(["needs_reaffirmation"]);
  });
});
