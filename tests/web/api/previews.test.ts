/** Scripts read how a mail would be for a contact, and nothing comes of it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import supertest from "supertest";
import { createTemplate } from "../../../src/domain/outreach/template-service.js";
import { newId } from "../../../src/platform/ids.js";
import { bearer, staffCtx, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, type TestContact, type TestLetter } from "../../support/mailing.js";
import { aSequence, aStep } from "../../support/sequence.js";
import { statementsOf } from "../../support/statements.js";

let app: TestApp;
let letter: TestLetter;
let contact: TestContact;
let authorization: string;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.database.clean();
  letter = await aLetter(app);
  contact = await aContact(app, { organisation: "Vesta Orbital" });
  authorization = await bearer(app, ["messages:read"]);
});

const get = (path: string): supertest.Test =>
  supertest(app.web).get(`/api/v1${path}`).set("Authorization", authorization);

const TEXTS = [
  {
    language: "en",
    subject: "For {{organisation.name}}",
    body: "Dear {{contact.name}}, sign: {{invitation.link}}",
  },
  {
    language: "fr",
    subject: "Pour {{organisation.name}}",
    body: "Bonjour {{contact.name}} : {{invitation.link}}",
  },
];

describe("the preview of a step", () => {
  test("has the words for the contact, the subject of the thread and no link that anybody could open", async () => {
    const steps = [{ texts: TEXTS }, aStep("Second", { delay_days: 3 })];
    const { id } = await aSequence(await staffCtx(app), letter, { steps });
    const first = await get(`/sequences/${id}/preview?contact_id=${contact.id}`).expect(200);
    expect(first.body).toEqual({
      contact_id: contact.id,
      language: "en",
      subject: "For Vesta Orbital",
      body: expect.stringMatching(/^Dear Dr Ada Park, sign: https:\/\/preview\.invalid\//),
      missing: [],
    });
    const french = await get(`/sequences/${id}/preview?contact_id=${contact.id}&language=fr`).expect(200);
    expect(french.body).toMatchObject({ language: "fr", subject: "Pour Vesta Orbital" });
    const second = await get(`/sequences/${id}/preview?contact_id=${contact.id}&step=2`).expect(200);
    expect(second.body).toMatchObject({
      subject: "For Vesta Orbital",
      body: expect.stringMatching(/^Dear Dr Ada Park, Second/),
    });
    for (const table of ["invitations", "enrolments", "messages"]) expect(await app.db(table)).toEqual([]);
  });

  test("only reads", async () => {
    const { id } = await aSequence(await staffCtx(app), letter, { steps: [{ texts: TEXTS }] });
    const statements = await statementsOf(app, () =>
      get(`/sequences/${id}/preview?contact_id=${contact.id}`),
    );
    const writes = statements.filter((sql) => !/^\s*(select|begin|commit)/i.test(sql));
    expect(writes.filter((sql) => !sql.includes("last_used_at"))).toEqual([]);
    expect(statements.length).toBeGreaterThan(3);
  });

  test("says what is missing instead of showing a hole", async () => {
    const nameless = await aContact(app, { name: null });
    const { id } = await aSequence(await staffCtx(app), letter, { steps: [{ texts: TEXTS }] });
    const answer = await get(`/sequences/${id}/preview?contact_id=${nameless.id}`).expect(200);
    expect(answer.body).toMatchObject({ subject: null, body: null, missing: ["contact.name"] });
  });

  test("is not there for a step, a contact or a sequence that is not, nor for those who may not read mails", async () => {
    const { id } = await aSequence(await staffCtx(app), letter, { steps: [{ texts: TEXTS }] });
    await get(`/sequences/${id}/preview?contact_id=${contact.id}&step=2`).expect(404);
    await get(`/sequences/${id}/preview?contact_id=${newId(app.clock)}`).expect(404);
    await get(`/sequences/${newId(app.clock)}/preview?contact_id=${contact.id}`).expect(404);
    await get(`/sequences/${id}/preview`).expect(422);
    authorization = await bearer(app, ["letters:read"]);
    await get(`/sequences/${id}/preview?contact_id=${contact.id}`).expect(403);
  });
});

describe("the preview of a template", () => {
  test("is a mail about a letter to the contact, in the language asked for", async () => {
    const { id } = await createTemplate(await staffCtx(app), { name: "First words", texts: TEXTS });
    const query = `contact_id=${contact.id}&letter=${letter.slug}`;
    expect((await get(`/templates/${id}/preview?${query}`).expect(200)).body).toMatchObject({
      language: "en",
      subject: "For Vesta Orbital",
    });
    expect((await get(`/templates/${id}/preview?${query}&language=fr`).expect(200)).body).toMatchObject({
      language: "fr",
      body: expect.stringContaining("Bonjour Dr Ada Park"),
    });
    await get(`/templates/${id}/preview?contact_id=${contact.id}&letter=none`).expect(404);
  });
});
