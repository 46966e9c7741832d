import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { findLetter } from "../../../src/domain/letters/service.js";
import { currentText } from "../../../src/domain/letters/views.js";
import { browser, signedIn, START, testApp, type TestApp } from "../../support/app.js";
import { insertSignature, LETTER, makeLetter } from "../../support/letters.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set(START);
});
afterAll(() => app.close());

const HOME = "/console/letters";
const ONE = `${HOME}/${LETTER.slug}`;

describe("an editor at the console", () => {
  it("writes a letter, sends it to review, approves and opens it, and the public reads it", async () => {
    const editor = await signedIn(app, "editor");
    expect((await editor.get(HOME).expect(200)).text).toContain("No letter has been written yet.");
    await editor.get(`${HOME}/new`).expect(200);
    await editor.post(HOME).type("form").send(LETTER).expect(303).expect("Location", ONE);
    for (const [to, shown] of [
      ["in_review", "Approve the text"],
      ["approved", "Open for signature"],
      ["open", "Close for signature"],
    ] as const) {
      await browser(app).get(`/letters/${LETTER.slug}`).expect(404);
      const { row_version } = await findLetter(app.system, LETTER.slug);
      await editor.post(`${ONE}/state`).type("form").send({ to, row_version }).expect(303);
      expect((await editor.get(ONE).expect(200)).text).toContain(shown);
    }
    expect((await browser(app).get(`/letters/${LETTER.slug}`).expect(200)).text).toContain(LETTER.title);
    expect((await editor.get(HOME)).text).toContain(LETTER.title);
  });

  it("is told at the fields what does not fit, with everything typed still there", async () => {
    const editor = await signedIn(app, "editor");
    const typed = { ...LETTER, title: "", sponsor_email: "nobody at all", body_md: `Typed <with> "care"` };
    const answer = await editor.post(HOME).type("form").send(typed).expect(422);
    expect(answer.text).toContain("<title>Error: Write a letter");
    expect(answer.text).toContain('<a href="#f-title">');
    expect(answer.text).toContain('<a href="#f-sponsor_email">');
    expect(answer.text).toContain('value="nobody at all"');
    expect(answer.text).toContain("Typed &lt;with&gt; &quot;care&quot;</textarea>");
    expect(await app.db("letters").select()).toEqual([]);
  });

  it("is told when the address is taken and when somebody was faster", async () => {
    const editor = await signedIn(app, "editor");
    await makeLetter(app.system);
    const taken = await editor.post(HOME).type("form").send(LETTER).expect(422);
    expect(taken.text).toContain("Another letter has this address already.");
    const stale = await editor
      .post(`${ONE}/state`)
      .type("form")
      .send({ to: "paused", row_version: 1 })
      .expect(409);
    expect(stale.text).toContain("Somebody has changed this letter since you opened the page.");
    const late = { ...LETTER, sponsor_name: "Typed in vain", row_version: 1 };
    const details = await editor.post(`${ONE}/details`).type("form").send(late).expect(422);
    expect(details.text).toContain('value="Typed in vain"');
    expect(await findLetter(app.system, LETTER.slug)).toMatchObject({
      state: "open",
      sponsor_name: LETTER.sponsor_name,
    });
  });

  it("adds a translation beside the original and marks it reviewed later", async () => {
    const editor = await signedIn(app, "editor");
    const { id } = await makeLetter(app.system);
    const page = await editor.get(`${ONE}/texts/new`).expect(200);
    expect(page.text).toContain("The original, in English");
    const french = { language: "fr", title: "Garder l’orbite", addressee: "à tous", body_md: "1. Un." };
    await editor.post(`${ONE}/texts/new`).type("form").send(french).expect(303);
    expect((await editor.get(ONE)).text).toContain("Nobody yet");
    await editor
      .post(`${ONE}/texts/fr`)
      .type("form")
      .send({ ...french, reviewed: "on" })
      .expect(303);
    expect(await currentText(app.system, id, "fr")).toMatchObject({
      reviewed: true,
      title: "Garder l’orbite",
    });
    const wrong = await editor
      .post(`${ONE}/texts/new`)
      .type("form")
      .send({ ...french, language: "french" })
      .expect(422);
    expect(wrong.text).toContain("Choose a language.");
    await editor.get(`${ONE}/texts/de`).expect(404);
  });

  it("adds a version with a reason once somebody has signed", async () => {
    const editor = await signedIn(app, "editor");
    const { id } = await makeLetter(app.system);
    await insertSignature(app.system, { letterId: id });
    const text = { title: LETTER.title, addressee: LETTER.addressee, body_md: "1. Shorter." };
    const refused = await editor.post(`${ONE}/texts/en`).type("form").send(text).expect(422);
    expect(refused.text).toContain("An organisation has signed this version");
    const unsaid = await editor.post(`${ONE}/versions`).type("form").send(text).expect(422);
    expect(unsaid.text).toContain('<a href="#f-reason">');
    await editor
      .post(`${ONE}/versions`)
      .type("form")
      .send({ ...text, reason: "Shorter" })
      .expect(303);
    expect((await editor.get(ONE)).text).toContain("Version 2");
  });

  it("moves the end of a letter, and takes it away", async () => {
    const editor = await signedIn(app, "editor");
    await makeLetter(app.system);
    expect((await editor.get(`${ONE}/details`)).text).toContain('value="2027-09-30"');
    const details = { ...LETTER, funding_note: "", closes_at: "2027-10-31T17:00Z" };
    await editor.post(`${ONE}/details`).type("form").send(details).expect(303);
    expect(await findLetter(app.system, LETTER.slug)).toMatchObject({
      closes_at: new Date("2027-10-31T17:00:00Z"),
      funding_note: "",
    });
    expect((await editor.get(`${ONE}/details`)).text).toContain('value="2027-10-31T17:00Z"');
    const wrong = await editor
      .post(`${ONE}/details`)
      .type("form")
      .send({ ...details, closes_at: "soon" })
      .expect(422);
    expect(wrong.text).toContain("Give a date as year-month-day");
    await editor
      .post(`${ONE}/details`)
      .type("form")
      .send({ ...details, closes_at: "" })
      .expect(303);
    expect(await findLetter(app.system, LETTER.slug)).toMatchObject({ closes_at: null });
  });

  it("sees a draft as the public will see it", async () => {
    const editor = await signedIn(app, "editor");
    await makeLetter(app.system, { state: "draft" });
    const page = await editor.get(`${ONE}/preview`).expect(200);
    expect(page.text).toContain("Preview: only staff sees this page.");
    expect(page.text).toContain('<li id="c2">');
    expect(page.headers["cache-control"]).toBe("no-store");
    await browser(app).get(`${ONE}/preview`).expect(303);
  });
});

describe("a viewer at the console", () => {
  it("reads letters and finds no button that would be refused", async () => {
    const viewer = await signedIn(app, "viewer");
    await makeLetter(app.system, { state: "draft" });
    const page = await viewer.get(ONE).expect(200);
    expect(page.text).not.toContain("Send to review");
    expect(page.text).not.toContain("Add a translation");
    await viewer.get(`${HOME}/new`).expect(403);
    await viewer.get(`${ONE}/texts/en`).expect(403);
    await viewer.post(`${ONE}/state`).type("form").send({ to: "in_review" }).expect(403);
  });
});
