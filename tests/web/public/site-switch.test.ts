import { createServer } from "node:http";
import { afterAll, beforeEach, describe, expect, it } from "@jest/globals";
import supertest from "supertest";
import { changeSite } from "../../../src/domain/letters/site-service.js";
import { keepPublicPages } from "../../../src/web/page-cache.js";
import { bearer, signedIn, testApp } from "../../support/app.js";
import { makeLetter } from "../../support/letters.js";

const app = await testApp();
const web = createServer(keepPublicPages(app, app.web, { freshFor: 0 }));
afterAll(() => app.close());
beforeEach(() => app.database.clean());

describe("the switch for all letters at once", () => {
  it("lets nobody sign while it is on, says so on pages that were kept before, and lets them again after", async () => {
    const { slug } = await makeLetter(app.system);
    const sign = `/letters/${slug}/sign`;
    const read = async () => (await supertest(web).get(`/letters/${slug}`).expect(200)).text;
    expect(await read()).toContain(`href="${sign}"`);
    await changeSite(app.system, { signing_paused: "on", pause_message: "Back at noon." });
    const paused = await read();
    expect(paused).toContain("Back at noon.");
    expect(paused).not.toContain(`href="${sign}"`);
    await supertest(web).get(sign).expect(409);
    await changeSite(app.system, {});
    expect(await read()).toContain(`href="${sign}"`);
    await supertest(web).get(sign).expect(200);
  });

  it("shows a message on every letter without stopping anybody", async () => {
    const { slug } = await makeLetter(app.system);
    await changeSite(app.system, { banner: "The summit is on Monday." });
    const { text } = await supertest(web).get(`/letters/${slug}`).expect(200);
    expect(text).toContain("The summit is on Monday.");
    expect(text).toContain(`href="/letters/${slug}/sign"`);
  });

  it("says both on the front page too, where several letters stand", async () => {
    await makeLetter(app.system);
    await makeLetter(app.system, { slug: "another-letter" });
    await changeSite(app.system, {
      banner: "The summit is on Monday.",
      signing_paused: "on",
      pause_message: "Back at noon.",
    });
    const { text } = await supertest(web).get("/").expect(200);
    expect(text).toContain("another-letter");
    expect(text).toContain("The summit is on Monday. Back at noon.");
  });

  it("is turned by those who may publish, in the console and by script, and every turn is kept", async () => {
    const editor = await signedIn(app, "editor");
    await editor.post("/console/site").type("form").send({ signing_paused: "on" }).expect(303);
    await editor.get("/console/site").expect(200);
    const viewer = await signedIn(app, "viewer");
    await viewer.post("/console/site").type("form").send({}).expect(403);
    const token = await bearer(app);
    const get = () => supertest(app.web).get("/api/v1/site").set("Authorization", token).expect(200);
    expect((await get()).body).toMatchObject({ signing_paused: true });
    await supertest(app.web).put("/api/v1/site").set("Authorization", token).send({}).expect(200);
    expect((await get()).body).toMatchObject({ signing_paused: false });
    expect(await app.db("activity").where({ action: "site.changed" })).toHaveLength(2);
  });
});
