import { afterAll, beforeEach, describe, expect, it } from "@jest/globals";
import supertest from "supertest";
import { addVersion, writeText } from "../../../src/domain/letters/service.js";
import { changeSite } from "../../../src/domain/letters/site-service.js";
import { signedIn, testApp } from "../../support/app.js";
import { insertSignature, LETTER, makeLetter } from "../../support/letters.js";
import { settle } from "../../support/settle.js";

const app = await testApp();
afterAll(() => app.close());
beforeEach(() => app.database.clean());

const read = async (path: string): Promise<string> => (await supertest(app.web).get(path).expect(200)).text;

describe("a letter in the console", () => {
  it("warns of a translation that has another number of clauses, since reservations name clauses by number", async () => {
    const { slug } = await makeLetter(app.system);
    const editor = await signedIn(app, "editor");
    const fr = { language: "fr", title: "Titre", addressee: "À tous" };
    await writeText(app.system, slug, { ...fr, body_md: "1. Un.\n2. Deux." });
    const page = () => editor.get(`/console/letters/${slug}`).expect(200);
    expect((await page()).text).toContain("2 clauses, the original has 3");
    await writeText(app.system, slug, { ...fr, language: "de", body_md: "1. Eins.\n2. Zwei.\n3. Drei." });
    expect((await page()).text).not.toContain("3 clauses, the original");
  });

  it("offers to deliver without what is still in review, only while something is", async () => {
    const { id: letterId, slug } = await makeLetter(app.system, { state: "closed" });
    const editor = await signedIn(app, "editor");
    const page = () => editor.get(`/console/letters/${slug}/delivery`).expect(200);
    expect((await page()).text).not.toContain("Deliver without it");
    await insertSignature(app.system, { letterId, state: "in_review" });
    expect((await page()).text).toContain("Deliver without it");
  });

  it("takes the sponsor's note, which then stands above the text", async () => {
    const { slug } = await makeLetter(app.system);
    const editor = await signedIn(app, "editor");
    const form = (await editor.get(`/console/letters/${slug}/details`).expect(200)).text;
    expect(form).toContain('name="official_note"');
    const given = { ...LETTER, official_note: "We met the minister." };
    await editor.post(`/console/letters/${slug}/details`).type("form").send(given).expect(303);
    expect(await read(`/letters/${slug}`)).toContain("We met the minister.");
  });
});

describe("the list and the front door", () => {
  it("say in every form which version was signed by those who were asked again", async () => {
    const { id: letterId, slug } = await makeLetter(app.system);
    await insertSignature(app.system, { letterId });
    const list = `/letters/${slug}/signatories`;
    const json = async () =>
      JSON.parse(await read(`${list}.json`)) as { items: { signed_version: unknown }[] };
    expect((await json()).items[0]?.signed_version).toBeNull();
    const { title, addressee } = LETTER;
    await addVersion(app.system, slug, {
      title,
      addressee,
      body_md: "Other.",
      reason: "New.",
      material: true,
    });
    await settle(app);
    expect((await json()).items[0]?.signed_version).toBe(1);
    expect(await read(`${list}.txt`)).toContain("signed version 1");
    const [head, row] = (await read(`${list}.csv`)).split("\r\n");
    expect(head).toMatch(/,signed_version,scope,covers$/);
    expect(row).toMatch(/,1,entity,$/);
  });

  it("carry the standing message", async () => {
    const { slug } = await makeLetter(app.system);
    await makeLetter(app.system, { slug: "another" });
    await changeSite(app.system, { banner: "The summit is on Monday." });
    for (const path of ["/", `/letters/${slug}/signatories`])
      expect(await read(path)).toContain("The summit is on Monday.");
  });
});
