import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import supertest from "supertest";
import { bearer, testApp, type TestApp } from "../../support/app.js";
import { insertSignature, LETTER, makeLetter } from "../../support/letters.js";

let app: TestApp;
let token: string;
beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  token = await bearer(app);
});
afterAll(() => app.close());

const api = () => supertest.agent(app.web).set("Authorization", token);
const body = (response: { body: unknown }) => response.body as Record<string, unknown>;

describe("letters by script", () => {
  it("are made, translated, opened and read again", async () => {
    const made = await api().post("/api/v1/letters").send(LETTER).expect(201);
    expect(made.body).toEqual({ id: expect.any(String), slug: LETTER.slug, state: "draft", row_version: 1 });
    await api()
      .put(`/api/v1/letters/${LETTER.slug}/translations/fr`)
      .send({ title: "Garder l’orbite", addressee: "à tous", body_md: "1. Un.", row_version: 1 })
      .expect(200);
    for (const to of ["in_review", "approved", "open"]) {
      const moved = await api().post(`/api/v1/letters/${LETTER.slug}/transitions`).send({ to }).expect(200);
      expect(moved.body).toMatchObject({ state: to });
    }
    const read = body(await api().get(`/api/v1/letters/${LETTER.slug}`).expect(200));
    expect(read).toMatchObject({
      title: LETTER.title,
      languages: ["en", "fr"],
      version: 1,
      state: "open",
      closes_at: "2027-09-30T23:59:59.000Z",
      content_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const list = body(await api().get("/api/v1/letters").expect(200));
    expect(list).toMatchObject({ items: [{ slug: LETTER.slug, signed: 0 }], next: null });
  });

  it("answer a stale row version with 409 and a wrong way with its reason", async () => {
    const { slug } = await makeLetter(app.system);
    const stale = await api()
      .post(`/api/v1/letters/${slug}/transitions`)
      .send({ to: "paused", row_version: 1 })
      .expect(409);
    expect(stale.body).toMatchObject({ code: "letter.stale", status: 409 });
    const wrong = await api().post(`/api/v1/letters/${slug}/transitions`).send({ to: "draft" }).expect(409);
    expect(wrong.body).toMatchObject({ code: "letter.not_from_here" });
    await api()
      .patch(`/api/v1/letters/${slug}`)
      .send({ closes_at: "2027-12-31", row_version: 1 })
      .expect(409);
    await api().patch(`/api/v1/letters/${slug}`).send({ closes_at: "2027-12-31" }).expect(200);
  });

  it("keep a signed version as it is and add the next one with a reason", async () => {
    const { id, slug } = await makeLetter(app.system);
    await insertSignature(app.system, { letterId: id });
    const text = { title: LETTER.title, addressee: LETTER.addressee, body_md: "1. Shorter." };
    const refused = await api().put(`/api/v1/letters/${slug}/translations/en`).send(text).expect(409);
    expect(refused.body).toMatchObject({ code: "letter.signed" });
    const added = await api()
      .post(`/api/v1/letters/${slug}/versions`)
      .send({ ...text, reason: "Shorter" })
      .expect(201);
    expect(added.body).toMatchObject({ version: 2, slug });
    const versions = body(await api().get(`/api/v1/letters/${slug}/versions`).expect(200));
    expect(versions).toMatchObject({
      items: [
        { number: 2, reason: "Shorter", signatures: 0 },
        { number: 1, signatures: 1 },
      ],
    });
  });

  it("name every field that does not fit", async () => {
    const refused = await api().post("/api/v1/letters").send({ slug: "Ä", colour: "red" }).expect(422);
    const fields = (refused.body as { errors: { field: string }[] }).errors.map(({ field }) => field);
    expect(fields).toEqual(expect.arrayContaining(["slug", "title", "body_md", "sponsor_email"]));
  });

  it("are read with the right to read, and opened only with the right to publish", async () => {
    const { slug } = await makeLetter(app.system, { state: "approved" });
    token = await bearer(app, ["letters:write"]);
    await api().get("/api/v1/letters").expect(403);
    await api().post(`/api/v1/letters/${slug}/transitions`).send({ to: "open" }).expect(403);
    await api().post(`/api/v1/letters/${slug}/transitions`).send({ to: "draft" }).expect(200);
  });
});
