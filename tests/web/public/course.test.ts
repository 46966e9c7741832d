import { createServer } from "node:http";
import { afterAll, beforeEach, describe, expect, it } from "@jest/globals";
import supertest from "supertest";
import {
  addLetterDate,
  changeLetterDate,
  noteMilestones,
  recordAnswer,
  setMilestones,
} from "../../../src/domain/letters/course-service.js";
import { changeLetterState } from "../../../src/domain/letters/state-service.js";
import { DAY } from "../../../src/platform/clock.js";
import { keepPublicPages } from "../../../src/web/page-cache.js";
import { bearer, signedIn, testApp } from "../../support/app.js";
import { CANARY, insertSignature, makeLetter } from "../../support/letters.js";

const app = await testApp();
const web = createServer(keepPublicPages(app, app.web, { freshFor: 0 }));
afterAll(() => app.close());
beforeEach(() => app.database.clean());

const read = async (path: string): Promise<string> => (await supertest(web).get(path).expect(200)).text;
const ANSWER = {
  answered_on: "2027-05-04",
  language: "en",
  summary: "The ministry will propose a ban.",
  body_md: "Dear signatories, <b>we</b> agree.",
  source_url: "https://ministry.example/answer",
};

describe("the answer of the addressee", () => {
  it("stands on the letter's page at once with summary, source and the whole text", async () => {
    const { slug } = await makeLetter(app.system);
    expect(await read(`/letters/${slug}`)).not.toContain("The addressee has answered");
    await recordAnswer(app.system, slug, ANSWER);
    const page = await read(`/letters/${slug}`);
    expect(page).toContain("The ministry will propose a ban.");
    expect(page).toContain('href="https://ministry.example/answer"');
    expect(page).toMatch(/<details><summary>The whole answer<\/summary>/);
    expect(page).not.toContain("<b>we</b>");
    expect(await read(`/letters/${slug}?lang=fr`)).toContain("Le destinataire a répondu");
  });

  it("is replaced by a later one and stays in the history, once, and of its own letter only", async () => {
    const { slug } = await makeLetter(app.system);
    const { id } = await recordAnswer(app.system, slug, ANSWER);
    await recordAnswer(app.system, slug, { ...ANSWER, summary: "A clearer answer.", replaces: id });
    const page = await read(`/letters/${slug}`);
    expect(page).toContain("A clearer answer.");
    expect(page).not.toContain(ANSWER.summary);
    expect(await app.db("addressee_answers")).toHaveLength(2);
    const again = recordAnswer(app.system, slug, { ...ANSWER, replaces: id });
    await expect(again).rejects.toMatchObject({ code: "course.replaced" });
    const { slug: other } = await makeLetter(app.system, { slug: "other" });
    const foreign = recordAnswer(app.system, other, { ...ANSWER, replaces: id });
    await expect(foreign).rejects.toMatchObject({ code: "course.unknown" });
    await expect(app.db("addressee_answers").delete()).rejects.toThrow();
  });

  it("turns a delivered letter into an answered one, and is refused before the letter is public", async () => {
    const { id, slug } = await makeLetter(app.system, { state: "closed" });
    await app.database
      .adminDb("letters")
      .where({ id })
      .update({ closed_at: new Date(+app.clock.now() - 2 * DAY) });
    await changeLetterState(app.system, slug, { to: "delivered" });
    expect((await recordAnswer(app.system, slug, ANSWER)).letter.state).toBe("answered");
    const { slug: hidden } = await makeLetter(app.system, { slug: "hidden", state: "approved" });
    await expect(recordAnswer(app.system, hidden, ANSWER)).rejects.toMatchObject({
      code: "course.not_public",
    });
    const script = { ...ANSWER, source_url: "javascript:alert(1)" };
    await expect(recordAnswer(app.system, slug, script)).rejects.toMatchObject({ kind: "invalid" });
  });

  it("is recorded in the console, and signatories are told", async () => {
    const { slug } = await makeLetter(app.system);
    const admin = await signedIn(app, "admin");
    const made = await admin.post(`/console/letters/${slug}/answers`).type("form").send(ANSWER);
    expect(made.status).toBe(303);
    expect(await app.db("letter_news").first()).toMatchObject({ kind: "answered", finished_at: null });
    const page = (await admin.get(`/console/letters/${slug}/course`).expect(200)).text;
    expect(page).toContain("The ministry will propose a ban.");
    const missing = await admin.post(`/console/letters/${slug}/answers`).type("form").send({});
    expect(missing.status).toBe(422);
  });
});

describe("milestones", () => {
  it("are reached by public signatures, told, and lost again when signatures are withdrawn", async () => {
    const { id: letterId, slug } = await makeLetter(app.system);
    await setMilestones(app.system, slug, { targets: "2, 10" });
    const { id } = await insertSignature(app.system, { letterId });
    await insertSignature(app.system, { letterId, visibility: "confidential" });
    expect(await noteMilestones(app.system)).toBe(0);
    expect(await read(`/letters/${slug}`)).toContain("Next milestone: 2 signatures");
    await insertSignature(app.system, { letterId });
    expect(await noteMilestones(app.system)).toBe(1);
    expect(await noteMilestones(app.system)).toBe(0);
    const reached = await read(`/letters/${slug}`);
    expect(reached).toContain("2 signatures reached");
    expect(reached).toContain("Next milestone: 10 signatures");
    await app.database
      .adminDb("signatures")
      .where({ id })
      .update({ state: "withdrawn", withdrawn_at: app.clock.now() });
    expect(await noteMilestones(app.system)).toBe(1);
    expect(await read(`/letters/${slug}`)).toContain("Below 2 signatures again");
    expect(reached).not.toContain(CANARY);
  });

  it("that are dropped are no longer aimed at, and those reached stay told", async () => {
    const { id: letterId, slug } = await makeLetter(app.system);
    await setMilestones(app.system, slug, { targets: [1, 5] });
    await insertSignature(app.system, { letterId });
    await noteMilestones(app.system);
    expect(await setMilestones(app.system, slug, { targets: [] })).toEqual([]);
    const page = await read(`/letters/${slug}`);
    expect(page).toContain("The first signature");
    expect(page).not.toContain("Next milestone");
    expect(await setMilestones(app.system, slug, { targets: [5] })).toEqual([5]);
  });
});

describe("days and the course by script", () => {
  it("tells a planned day and what came of it, and who comes too late is refused", async () => {
    const { slug } = await makeLetter(app.system);
    const { id } = await addLetterDate(app.system, slug, { happens_on: "2020-01-02", title: "The vote" });
    expect(await read(`/letters/${slug}`)).toContain("waiting for the outcome");
    await changeLetterDate(app.system, slug, id, { outcome: "Adopted.", row_version: 1 });
    expect(await read(`/letters/${slug}`)).toContain("Adopted.");
    const late = changeLetterDate(app.system, slug, id, { outcome: "No.", row_version: 1 });
    await expect(late).rejects.toMatchObject({ code: "letter.stale" });
    const token = await bearer(app);
    const api = `/api/v1/letters/${slug}`;
    const get = await supertest(app.web).get(`${api}/course`).set("Authorization", token).expect(200);
    expect(get.body).toMatchObject({ dates: [{ id, outcome: "Adopted." }], left_out: 0 });
    const put = supertest(app.web).put(`${api}/milestones`).set("Authorization", token);
    expect((await put.send({ targets: [9] }).expect(200)).body).toEqual({ targets: [9] });
    await supertest(app.web).post(`${api}/answers`).set("Authorization", token).send(ANSWER).expect(201);
  });

  it("keeps which entries a letter was delivered without", async () => {
    const { id, slug } = await makeLetter(app.system);
    const { id: waiting } = await insertSignature(app.system, { letterId: id, state: "in_review" });
    await changeLetterState(app.system, slug, { to: "closed" });
    await app.database
      .adminDb("letters")
      .where({ id })
      .update({ closed_at: new Date(+app.clock.now() - 2 * DAY) });
    await expect(changeLetterState(app.system, slug, { to: "delivered" })).rejects.toThrow();
    await changeLetterState(app.system, slug, {
      to: "delivered",
      left_out: [{ id: waiting, reason: "No answer yet" }],
    });
    expect(await app.db("letter_left_out").where({ letter_id: id })).toHaveLength(1);
  });
});
