/** Where a mailing goes out from, and when. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import supertest from "supertest";
import { approveMailing } from "../../../src/domain/outreach/approval-service.js";
import { queueMailing, queueSavedMailing, saveMailing } from "../../../src/domain/outreach/service.js";
import { HOUR } from "../../../src/platform/clock.js";
import type { Ctx } from "../../../src/platform/context.js";
import { newId } from "../../../src/platform/ids.js";
import { START, bearer, signedIn, staffCtx, testApp, type TestApp } from "../../support/app.js";
import {
  WORDS,
  aContact,
  aLetter,
  messageTo,
  type TestContact,
  type TestLetter,
} from "../../support/mailing.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
let staff: Ctx;
let letter: TestLetter;
let contact: TestContact;

/** Friday evening in Oslo; the office opens on Monday at nine. */
const FRIDAY = "2027-03-05T18:00:00Z";
const MONDAY = new Date("2027-03-08T08:00:00Z");

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.database.clean();
  app.clock.set(START);
  staff = await staffCtx(app);
  letter = await aLetter(app);
  contact = await aContact(app);
});

async function aMailbox(name: string): Promise<string> {
  const id = newId(app.clock);
  await app.db("mailboxes").insert({
    id,
    kind: "account",
    name,
    from_email: "second@press.example",
    smtp_host: "mail.press.example",
    smtp_port: 465,
    smtp_security: "tls",
    created_at: app.clock.now(),
  });
  return id;
}

const toTheContact = () => ({ letterSlug: letter.slug, ...WORDS, contactIds: [contact.id] });

describe("when a mailing goes out", () => {
  test("at once, also on a Friday evening, unless told otherwise", async () => {
    app.clock.set(FRIDAY);
    await queueMailing(staff, toTheContact());
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "sent" });
  });

  test("in the recipient's office hours it waits for Monday morning there", async () => {
    app.clock.set(FRIDAY);
    await queueMailing(staff, { ...toTheContact(), officeHours: true });
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "queued", due_at: MONDAY });
    app.clock.set(MONDAY);
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "sent", sending_at: MONDAY });
  });

  test("and what a colleague approves at night waits for the morning, too", async () => {
    for (let n = 0; n < 51; n++) await aContact(app);
    const id = newId(app.clock);
    await saveMailing(staff, { id, letter: letter.slug, ...WORDS, office_hours: true });
    await expect(queueSavedMailing(staff, id)).resolves.toMatchObject({ state: "waiting", queued: 52 });
    app.clock.set(FRIDAY);
    await approveMailing(await staffCtx(app, "outreach"), id);
    await settle(app);
    expect(await app.db("messages").distinct("state", "due_at")).toEqual([
      { state: "queued", due_at: MONDAY },
    ]);
    app.clock.set(new Date(MONDAY.getTime() + HOUR));
    await settle(app);
    expect(await app.db("messages").where({ state: "sent" })).not.toHaveLength(0);
  });
});

describe("where it goes out from", () => {
  test("the mailbox that was chosen, which its messages carry in their Message-ID", async () => {
    const mailboxId = await aMailbox("Press");
    await queueMailing(staff, { ...toTheContact(), mailboxId });
    const message = await messageTo(app, contact);
    expect(message).toMatchObject({ mailbox_id: mailboxId });
    expect(message["message_id"]).toMatch(/@press\.example>$/);
    expect(await app.db("enrolments").first()).toMatchObject({ mailbox_id: mailboxId });
  });

  test("none that is not there, or no longer in use", async () => {
    const old = await aMailbox("Old");
    await app.db("mailboxes").where({ id: old }).update({ archived_at: app.clock.now() });
    for (const mailboxId of [old, newId(app.clock)]) {
      await expect(queueMailing(staff, { ...toTheContact(), mailboxId })).rejects.toMatchObject({
        fields: { mailbox_id: "errors.sequence.mailbox" },
      });
    }
    expect(await app.db("sequences")).toEqual([]);
  });
});

describe("staff choose both in the form and see them before they queue it", () => {
  test("the choice is kept, shown and can be changed", async () => {
    const visitor = await signedIn(app);
    const form = (await visitor.get("/console/outreach/new").expect(200)).text;
    expect(form).toContain("In the recipients’ office hours");
    expect(form).not.toContain("The usual one");
    const mailboxId = await aMailbox("Press office");
    await aMailbox("Another");
    expect((await visitor.get("/console/outreach/new").expect(200)).text).toContain("Press office");
    const id = newId(app.clock);
    const fields = { id, letter: letter.slug, ...WORDS, office_hours: "true", mailbox_id: mailboxId };
    await visitor.post("/console/outreach").type("form").send(fields).expect(303);
    const check = (await visitor.get(`/console/outreach/${id}`).expect(200)).text;
    expect(check).toContain("goes out in the recipients’ office hours, from Press office");
    const edit = (await visitor.get(`/console/outreach/${id}/edit`).expect(200)).text;
    expect(edit).toMatch(/value="true"[^>]*checked/);
    expect(edit).toMatch(new RegExp(`value="${mailboxId}"[^>]*selected`));
    const plain = { ...fields, office_hours: "false", mailbox_id: "" };
    await visitor.post("/console/outreach").type("form").send(plain).expect(303);
    expect((await visitor.get(`/console/outreach/${id}`).expect(200)).text).toContain("goes out at once<");
  });
});

describe("scripts", () => {
  test("choose both, and are told of a mailbox that is not there", async () => {
    app.clock.set(FRIDAY);
    const authorization = await bearer(app);
    const post = (change: object) =>
      supertest(app.web)
        .post("/api/v1/messages")
        .set("Authorization", authorization)
        .send({ letter: letter.slug, ...WORDS, contact_ids: [contact.id], ...change });
    const refused = await post({ mailbox_id: newId(app.clock) }).expect(422);
    expect(JSON.stringify(refused.body)).toContain("mailbox_id");
    const mailboxId = await aMailbox("Press");
    await post({ mailbox_id: mailboxId, office_hours: true }).expect(201);
    expect(await messageTo(app, contact)).toMatchObject({ mailbox_id: mailboxId, due_at: MONDAY });
  });
});
