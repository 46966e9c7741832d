import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { signedIn, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, type TestLetter } from "../../support/mailing.js";

type Visitor = Awaited<ReturnType<typeof signedIn>>;

let app: TestApp;
let letter: TestLetter;
let editor: Visitor;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.database.clean();
  letter = await aLetter(app);
  editor = await signedIn(app, "editor");
});

const WORDS = {
  name: "Reminder",
  languages: "en fr",
  "subject-en": "A reminder",
  "body-en": "Dear {{contact.name}}, did you see it?",
  "subject-fr": "Un rappel",
  "body-fr": "Bonjour {{contact.name}}.",
};

async function written(fields: Record<string, string> = {}): Promise<string> {
  const answer = await editor
    .post("/console/templates")
    .type("form")
    .send({ ...WORDS, ...fields })
    .expect(303);
  return String(answer.headers["location"]);
}

describe("an editor keeps the library of templates", () => {
  test("writes one in two languages, looks at it for a real contact in each, and changes it", async () => {
    const contact = await aContact(app);
    const base = await written();
    expect((await editor.get("/console/templates").expect(200)).text).toMatch(/Reminder[^]*English, French/);
    const look = `${base}/look?contact=${contact.id}`;
    expect((await editor.get(look).expect(200)).text).toContain("Dear Dr Ada Park, did you see it?");
    expect((await editor.get(`${look}&language=fr`)).text).toContain("Bonjour Dr Ada Park.");

    const form = (await editor.get(`${base}/edit`).expect(200)).text;
    const version = /name="row_version" value="(\d+)"/.exec(form)?.[1] ?? "";
    const change = { ...WORDS, "body-en": "Other words", row_version: version };
    await editor.post(`${base}/edit`).type("form").send(change).expect(303);
    const page = (await editor.get(base).expect(200)).text;
    expect(page).toContain("Other words");
    expect(page).toMatch(/Version 2[^]*Version 1[^]*did you see it/);
    const stale = await editor.post(`${base}/edit`).type("form").send(change).expect(422);
    expect(stale.text).toContain("Somebody has changed this template");
    expect(stale.text).toContain("Other words</textarea>");
  });

  test("reads what is wrong at the field of its language", async () => {
    const wrong = { ...WORDS, "subject-fr": "{{invitation.link}}" };
    const answer = await editor.post("/console/templates").type("form").send(wrong).expect(422);
    expect(answer.text).toContain("The personal link belongs in the text, not in the subject.");
    expect(answer.text).toContain('href="#f-subject-fr"');
    const none = { name: "Empty", languages: "en", "subject-en": "", "body-en": "" };
    const empty = await editor.post("/console/templates").type("form").send(none).expect(422);
    expect(empty.text).toContain("Write the mail in at least one language.");
  });

  test("puts one away and takes it back", async () => {
    const base = await written();
    await editor.post(`${base}/archive`).type("form").send({}).expect(303);
    expect((await editor.get("/console/templates")).text).toMatch(/Put away <b>1<\/b>/);
    await editor.post(`${base}/archive`).type("form").send({ to: "back" }).expect(303);
    expect((await editor.get(base)).text).toContain("In the library");
  });

  test("and outreach uses it in a mail, keeps words of a mail as a template, and both say where", async () => {
    const base = await written();
    const id = base.split("/").at(-1) ?? "";
    const staff = await signedIn(app, "outreach");
    const made = await staff
      .post("/console/sequences")
      .type("form")
      .send({ name: "Operators", letter: letter.slug })
      .expect(303);
    const sequence = String(made.headers["location"]);
    const step = { delay_days: "0", approval: "automatic" };
    await staff
      .post(`${sequence}/step`)
      .type("form")
      .send({ ...step, template_id: id })
      .expect(303);
    const own = { ...step, ...WORDS, "subject-en": "Our own", library_name: "Our own words" };
    await staff.post(`${sequence}/step`).type("form").send(own).expect(303);
    const plan = (await staff.get(sequence)).text;
    expect(plan).toMatch(/template: <a[^>]*>Reminder[^]*template: <a[^>]*>Our own words/);
    expect((await editor.get(base)).text).toMatch(/Operators[^]*mail 1/);

    // Put away, it stays as it is in the sequence, whatever else of that is changed.
    await editor.post(`${base}/archive`).type("form").send({}).expect(303);
    await staff
      .post(`${sequence}/step`)
      .type("form")
      .send({ ...step, ...WORDS, "body-en": "Third" })
      .expect(303);
    expect((await staff.get(sequence)).text).toContain("Third");
  });
});
