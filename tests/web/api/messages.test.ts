import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import supertest from "supertest";
import { bearer, testApp, type TestApp } from "../../support/app.js";
import {
  WORDS,
  aContact,
  aLetter,
  messageTo,
  type TestContact,
  type TestLetter,
} from "../../support/mailing.js";
import { aSequence, aStep, enrol, messagesTo } from "../../support/sequence.js";
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
  letter = await aLetter(app);
  contact = await aContact(app);
  authorization = await bearer(app);
});

const get = (path: string): supertest.Test =>
  supertest(app.web).get(`/api/v1${path}`).set("Authorization", authorization);
const post = (path: string, body: object): supertest.Test =>
  supertest(app.web).post(`/api/v1${path}`).set("Authorization", authorization).send(body);

describe("scripts write mails", () => {
  test("to contacts by id, and follow what becomes of them", async () => {
    const made = await post("/messages", { letter: letter.slug, ...WORDS, contact_ids: [contact.id] }).expect(
      201,
    );
    expect(made.body).toMatchObject({ state: "queued", queued: 1, blocked: 0, left_out: 0 });
    const waiting = await get("/messages?status=queued").expect(200);
    expect(waiting.body).toMatchObject({
      items: [{ status: "queued", to_email: contact.email }],
      next: null,
    });
    await settle(app);
    expect((await get("/messages?status=queued").expect(200)).body).toEqual({ items: [], next: null });
    const { id } = await messageTo(app, contact);
    const one = (await get(`/messages/${String(id)}`).expect(200)).body as {
      events: { status: string }[];
      body_text: string;
    };
    expect(one).toMatchObject({
      status: "sent",
      mailing_id: (made.body as { id: string }).id,
      letter: letter.slug,
    });
    expect(one.events.map((event) => event.status)).toEqual(["queued", "claimed", "sending", "sent"]);
    expect(one.body_text).toContain("[personal link]");
    expect(JSON.stringify(one)).not.toMatch(/\/(r|unsubscribe)\/[\w-]{43}/);
  });

  test("and are told which field is wrong", async () => {
    const answer = await post("/messages", {
      letter: letter.slug,
      ...WORDS,
      body: "{{#with x}}",
      contact_ids: [contact.id],
    });
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).toContain("body");
    await post("/messages", { letter: letter.slug, ...WORDS }).expect(422);
    await get("/messages?status=nonsense").expect(422);
    await get("/messages/not-an-id").expect(404);
  });

  test("page by page", async () => {
    for (let n = 0; n < 4; n += 1) await aContact(app);
    await post("/messages", { letter: letter.slug, ...WORDS, filter: {} }).expect(201);
    const seen: string[] = [];
    for (let cursor = ""; ;) {
      const { body } = (await get(`/messages?limit=2${cursor}`).expect(200)) as {
        body: { items: { id: string }[]; next: string | null };
      };
      seen.push(...body.items.map((item) => item.id));
      if (!body.next) break;
      cursor = `&cursor=${encodeURIComponent(body.next)}`;
    }
    expect(new Set(seen).size).toBe(5);
    expect(seen).toHaveLength(5);
  });

  test("cancel one that waits, and skip one of a sequence", async () => {
    await post("/messages", { letter: letter.slug, ...WORDS, contact_ids: [contact.id] }).expect(201);
    const { id } = await messageTo(app, contact);
    const cancelled = await post(`/messages/${String(id)}/cancel`, {}).expect(200);
    expect(cancelled.body).toMatchObject({ status: "cancelled", status_reason: "cancelled_by_staff" });
    await post(`/messages/${String(id)}/cancel`, {}).expect(409);
    const other = await aContact(app);
    const steps = [aStep("One", { approval: "each" }), aStep("Two", { delay_days: 1 })];
    await enrol(app.system, await aSequence(app.system, letter, { steps }), [other]);
    const [first] = await messagesTo(app, other);
    const skipped = await post(`/messages/${first?.id}/skip`, {}).expect(200);
    expect(skipped.body).toMatchObject({ status: "cancelled", status_reason: "skipped_by_staff" });
    expect((await messagesTo(app, other)).map((each) => each.state)).toEqual(["cancelled", "queued"]);
  });

  test("settle an uncertain one", async () => {
    await post("/messages", { letter: letter.slug, ...WORDS, contact_ids: [contact.id] }).expect(201);
    await settle(app);
    const { id } = await messageTo(app, contact);
    await post(`/messages/${String(id)}/resolution`, { as: "sent" }).expect(409);
    await app.db("messages").update({ state: "uncertain", finished_at: null, lease_until: app.clock.now() });
    await post(`/messages/${String(id)}/resolution`, { as: "maybe" }).expect(422);
    const settled = await post(`/messages/${String(id)}/resolution`, { as: "failed" }).expect(200);
    expect(settled.body).toMatchObject({ status: "failed", status_reason: "settled_by_staff" });
    await post(`/messages/${String(id)}/approve`, {}).expect(409);
  });
});

describe("scripts stop mail to an address", () => {
  test("and see no more of it than the beginning of its hash", async () => {
    expect((await post("/suppressions", { email: contact.email.toUpperCase() }).expect(201)).body).toEqual({
      is_new: true,
    });
    expect((await post("/suppressions", { email: contact.email }).expect(201)).body).toEqual({
      is_new: false,
    });
    const list = await get("/suppressions").expect(200);
    expect(list.body).toMatchObject({ items: [{ reason: "staff", letter_id: null }], next: null });
    expect(JSON.stringify(list.body)).not.toContain(contact.email);
    expect(JSON.stringify(list.body)).not.toContain(contact.hash.toString("hex"));
    await post("/suppressions", { email: "a@b.example, c@d.example" }).expect(422);
    const made = await post("/messages", { letter: letter.slug, ...WORDS, contact_ids: [contact.id] });
    expect(made.status).toBe(422);
  });

  test("only with the scope for it", async () => {
    authorization = await bearer(app, ["messages:read"]);
    await post("/suppressions", { email: contact.email }).expect(403);
    await post("/messages", { letter: letter.slug, ...WORDS, contact_ids: [contact.id] }).expect(403);
    await get("/messages").expect(200);
  });
});
