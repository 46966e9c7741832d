import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import supertest from "supertest";
import { bearer, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, type TestContact, type TestLetter } from "../../support/mailing.js";
import { aStep, messagesTo } from "../../support/sequence.js";
import { settle } from "../../support/settle.js";

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
  app.clock.set("2027-03-01T09:00:00Z");
  letter = await aLetter(app);
  contact = await aContact(app);
  authorization = await bearer(app);
});

const get = (path: string): supertest.Test =>
  supertest(app.web).get(`/api/v1${path}`).set("Authorization", authorization);
const post = (path: string, body: object = {}): supertest.Test =>
  supertest(app.web).post(`/api/v1${path}`).set("Authorization", authorization).send(body);
const patch = (path: string, body: object): supertest.Test =>
  supertest(app.web).patch(`/api/v1${path}`).set("Authorization", authorization).send(body);

interface Body {
  id: string;
  items: { id: string }[];
  row_version: number;
  steps: { key: string }[];
}

async function running(steps: object[] = [aStep("One"), aStep("Two", { delay_days: 2 })]): Promise<string> {
  const made = await post("/sequences", { letter: letter.slug, name: "Operators", steps }).expect(201);
  const { id } = made.body as Body;
  await post(`/sequences/${id}/transitions`, { to: "active" }).expect(200);
  return id;
}

describe("scripts run sequences", () => {
  test("from the template to the last mail", async () => {
    const texts = [{ language: "en", subject: "Hello", body: "Dear {{contact.name}}" }];
    const template = (await post("/templates", { name: "Hello", texts }).expect(201)).body as Body;
    const id = await running([{ template_id: template.id }, aStep("Two", { delay_days: 2 })]);
    const dry = await post(`/sequences/${id}/enrolments`, {
      contact_ids: [contact.id],
      dry_run: true,
    }).expect(201);
    expect(dry.body).toMatchObject({
      dry_run: true,
      state: "enrolled",
      enrolled: 1,
      plan: [
        {
          contact_id: contact.id,
          time_zone: expect.stringContaining("Europe/"),
          mails: [
            { position: 1, due_at: "2027-03-01T09:00:00.000Z", missing: [] },
            { position: 2, due_at: "2027-03-03T09:00:00.000Z" },
          ],
        },
      ],
      not_enrolled: [],
    });
    expect((await get(`/sequences/${id}/enrolments`).expect(200)).body).toEqual({ items: [], next: null });
    await post(`/sequences/${id}/enrolments`, { contact_ids: [contact.id] }).expect(201);
    await settle(app);
    const listed = (await get(`/sequences/${id}/enrolments?state=active`).expect(200)).body as Body;
    expect(listed.items).toMatchObject([{ contact_id: contact.id, sent: 1, steps: 2, version: 1 }]);
    app.clock.set("2027-03-03T09:00:00Z");
    await settle(app);
    const ended = await get(`/enrolments/${listed.items[0]!.id}`).expect(200);
    expect(ended.body).toMatchObject({ state: "finished", state_reason: "completed", sent: 2 });
    expect((await get("/sequences").expect(200)).body).toMatchObject({
      items: [{ id, state: "active", finished: 1, to_approve: 0 }],
    });
  });

  test("change them, with 409 for who did not see the last change", async () => {
    const id = await running();
    const before = (await get(`/sequences/${id}`).expect(200)).body as Body;
    const steps = before.steps.map(({ key }, at) => ({ ...aStep(`New ${at}`), key, delay_days: at }));
    const rules = { window: { from: "08:00", to: "12:00", days: [1, 2, 3] }, colleague_ends: false };
    await patch(`/sequences/${id}`, { steps, rules, row_version: before.row_version }).expect(204);
    expect((await get(`/sequences/${id}`).expect(200)).body).toMatchObject({
      rules: {
        window: { from: "08:00", to: "12:00", days: [1, 2, 3], holidays: true },
        colleague_ends: false,
      },
      steps: [
        { key: before.steps[0]!.key, delay_days: 0 },
        { key: before.steps[1]!.key, delay_days: 1 },
      ],
    });
    const stale = await patch(`/sequences/${id}`, { name: "x", row_version: before.row_version }).expect(409);
    expect(stale.body).toMatchObject({ code: "sequence.changed" });
    const window = { from: "12:00", to: "08:00", days: [1] };
    const wrong = await patch(`/sequences/${id}`, { rules: { window } }).expect(422);
    expect(JSON.stringify(wrong.body)).toContain("rules.window");
  });

  test("pause, resume and end one contact's way", async () => {
    const id = await running();
    await post(`/sequences/${id}/enrolments`, { contact_ids: [contact.id] }).expect(201);
    const { items } = (await get(`/sequences/${id}/enrolments`).expect(200)).body as Body;
    const path = `/enrolments/${items[0]!.id}`;
    await post(`${path}/pause`, { reason: "On leave", until: "2027-03-20T00:00:00Z" }).expect(204);
    expect((await get(path).expect(200)).body).toMatchObject({ state: "paused", state_reason: "manual" });
    expect((await get("/holds").expect(200)).body).toMatchObject({
      items: [{ scope: "contact", subject_id: contact.id, reason: "On leave" }],
    });
    expect((await post(`${path}/resume`).expect(200)).body).toEqual({ resumed: 1 });
    await post(`${path}/stop`, { reason: "meeting" }).expect(204);
    expect((await get(path).expect(200)).body).toMatchObject({ state: "finished", state_reason: "meeting" });
  });

  test("hold and stop outreach for an organisation", async () => {
    const id = await running();
    await post(`/sequences/${id}/enrolments`, { contact_ids: [contact.id] }).expect(201);
    const subject = { scope: "organisation", subject_id: contact.organisationId };
    expect((await post("/holds", subject).expect(201)).body).toMatchObject({ held: 1 });
    expect((await post("/holds/resume", subject).expect(200)).body).toEqual({ resumed: 1 });
    expect((await post("/holds/stop", subject).expect(200)).body).toEqual({ stopped: 1 });
    await post("/holds", { ...subject, scope: "planet" }).expect(422);
    await post("/holds", { ...subject, scope: "letter" }).expect(404);
  });

  test("keep filters under a name and enrol by them", async () => {
    await aContact(app, { sector: "insurer" });
    const filter = { sector: "insurer" };
    const segment = (await post("/segments", { name: "Insurers", filter }).expect(201)).body as Body;
    const id = await running();
    const done = await post(`/sequences/${id}/enrolments`, { segment_id: segment.id }).expect(201);
    expect(done.body).toMatchObject({ state: "enrolled", enrolled: 1 });
    await patch(`/segments/${segment.id}`, { archived: true }).expect(204);
    expect((await get("/segments").expect(200)).body).toEqual({ items: [], next: null });
  });

  test("approve a mail in other words, and read what went out", async () => {
    const id = await running([aStep("One", { approval: "each" })]);
    await post(`/sequences/${id}/enrolments`, { contact_ids: [contact.id] }).expect(201);
    const drafts = (await get("/messages?status=draft").expect(200)).body as Body;
    const path = `/messages/${drafts.items[0]!.id}`;
    await post(`${path}/approve`, { body: "Dear {{contact.nmae}}" }).expect(422);
    const approved = await post(`${path}/approve`, { subject: "By hand", body: "Dear {{contact.name}}" });
    expect(approved.status).toBe(200);
    await settle(app);
    expect(await messagesTo(app, contact)).toMatchObject([{ state: "sent", subject: "By hand" }]);
    await post(`${path}/approve`).expect(409);
  });

  test("the same key enrols once, and a token has no address for a test", async () => {
    const id = await running();
    const body = { contact_ids: [contact.id] };
    const first = await post(`/sequences/${id}/enrolments`, body).set("Idempotency-Key", "k1").expect(201);
    const again = await post(`/sequences/${id}/enrolments`, body).set("Idempotency-Key", "k1").expect(201);
    expect(again.body).toEqual(first.body);
    expect(await app.db("enrolments")).toHaveLength(1);
    await post("/test-sends", { contact_id: contact.id, sequence_id: id }).expect(403);
  });
});
