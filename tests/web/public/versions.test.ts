import { createServer } from "node:http";
import { afterAll, beforeEach, describe, expect, it } from "@jest/globals";
import supertest from "supertest";
import { addVersion, writeText } from "../../../src/domain/letters/service.js";
import { ensureLink, linkAddress } from "../../../src/domain/links/service.js";
import { keepPublicPages } from "../../../src/web/page-cache.js";
import { testApp } from "../../support/app.js";
import { CANARY, insertSignature, LETTER, makeLetter } from "../../support/letters.js";
import { settle } from "../../support/settle.js";

const app = await testApp();
const web = createServer(keepPublicPages(app, app.web, { freshFor: 0 }));
afterAll(() => app.close());
beforeEach(() => app.database.clean());

const TEXT = { title: LETTER.title, addressee: LETTER.addressee, body_md: LETTER.body_md };
const SECOND = {
  ...TEXT,
  body_md: TEXT.body_md.replace("on purpose", "by intent"),
  reason: "A clearer word.",
  material: true,
};

const read = async (path: string): Promise<string> => (await supertest(web).get(path).expect(200)).text;
const version = (page: string, number: number): string =>
  page.split(`id="v${number}"`)[1]?.split("</section>")[0] ?? "";

describe("the versions of a letter", () => {
  it("stand on one page with reason, what changed in words, and how many stand under each", async () => {
    const { id: letterId, slug } = await makeLetter(app.system);
    await insertSignature(app.system, { letterId });
    await insertSignature(app.system, { letterId, visibility: "confidential" });
    await insertSignature(app.system, { letterId, state: "withdrawn" });
    const path = `/letters/${slug}/versions`;
    expect(version(await read(path), 1)).toContain("one organisation stands under it");
    await addVersion(app.system, slug, SECOND);
    await settle(app);
    const page = await read(path);
    expect(version(page, 2)).toContain("A clearer word.");
    expect(version(page, 2)).toMatch(/<del><span class="vh" lang="en">\[taken out: <\/span>on purpose<span/);
    expect(version(page, 2)).toMatch(/<ins><span class="vh" lang="en">\[put in: <\/span>by intent<span/);
    expect(version(page, 2)).toContain("no organisation stands under it");
    expect(version(page, 1)).toContain("one organisation stands under it");
    expect(page).not.toContain(CANARY);
    expect(await read(`/letters/${slug}`)).toContain(`href="${path}"`);
  });

  it("compare translations where both versions have the language, and the original where not", async () => {
    const { slug } = await makeLetter(app.system);
    const fr = { language: "fr", title: "Titre", addressee: "À tous", body_md: "Un texte court." };
    await writeText(app.system, slug, fr);
    await addVersion(app.system, slug, SECOND);
    const path = `/letters/${slug}/versions?lang=fr`;
    expect(version(await read(path), 2)).toContain("by intent");
    await writeText(app.system, slug, { ...fr, body_md: "Un texte long." });
    const french = version(await read(path), 2);
    expect(french).toContain("</span>long<span");
    expect(french).not.toContain("by intent");
  });

  it("escape what is written in them, and do not exist before the letter does", async () => {
    const { slug } = await makeLetter(app.system);
    await addVersion(app.system, slug, {
      ...SECOND,
      body_md: `${TEXT.body_md}\n\n<script>alert(1)</script>`,
    });
    expect(await read(`/letters/${slug}/versions`)).not.toContain("<script>alert");
    await makeLetter(app.system, { slug: "not-yet", state: "approved" });
    await supertest(web).get("/letters/not-yet/versions").expect(404);
  });

  it("are compared too where a signatory is asked again", async () => {
    const { id: letterId, slug } = await makeLetter(app.system);
    const { id } = await insertSignature(app.system, { letterId });
    await addVersion(app.system, slug, SECOND);
    await settle(app);
    const link = linkAddress(app.system, await ensureLink(app.system, "manage", id));
    const page = await read(`${new URL(link).pathname}/reaffirm`);
    expect(page).toContain("</span>by intent<span");
    expect(page).toContain("What changed since version 1");
  });
});
