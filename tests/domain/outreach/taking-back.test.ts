import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { holdOutreach } from "../../../src/domain/outreach/hold-service.js";
import { approveMail, browseQueue } from "../../../src/domain/outreach/queue-service.js";
import { cancelMail, rejectMail, skipMail } from "../../../src/domain/outreach/taking-back-service.js";
import { claimDueMail } from "../../../src/domain/mail/sending-service.js";
import { queueMail } from "../../../src/domain/mail/service.js";
import { DAY } from "../../../src/platform/clock.js";
import type { Ctx } from "../../../src/platform/context.js";
import { sendingOf } from "../../../src/worker/schedule.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, aMailing, type TestContact, type TestLetter } from "../../support/mailing.js";
import { aSequence, aStep, enrol, enrolmentsOf, messagesTo } from "../../support/sequence.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
let letter: TestLetter;
let staff: Ctx;
let contact: TestContact;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.database.clean();
  app.clock.set("2027-03-01T09:00:00Z");
  letter = await aLetter(app);
  staff = await staffCtx(app, "outreach");
  contact = await aContact(app, { organisation: "Rimfrost" });
});

const EACH = { approval: "each" } as const;
const THREE = [
  aStep("One", EACH),
  aStep("Two", { delay_days: 1, ...EACH }),
  aStep("Three", { delay_days: 2, ...EACH }),
];

async function enrolled(steps = THREE): Promise<string> {
  await enrol(staff, await aSequence(staff, letter, { steps }), [contact]);
  return (await messagesTo(app, contact))[0]!.id;
}

async function lastMail() {
  const mails = await messagesTo(app, contact);
  return mails.at(-1)!;
}

describe("staff skip one mail of a sequence", () => {
  test("the first: the next one begins a thread of its own, a business day after the skipped one would have gone", async () => {
    const id = await enrolled();
    await skipMail(staff, id);
    expect(await messagesTo(app, contact)).toMatchObject([
      { state: "cancelled", state_reason: "skipped_by_staff" },
      {
        state: "draft",
        in_reply_to: null,
        thread_references: [],
        due_at: new Date("2027-03-02T09:00:00Z"),
      },
    ]);
    expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "pending", state_reason: "approval" }]);
    app.clock.advance(DAY);
    await approveMail(staff, (await lastMail()).id);
    await settle(app);
    expect((await messagesTo(app, contact))[1]).toMatchObject({
      state: "sent",
      subject: "Two for Rimfrost",
      in_reply_to: null,
    });
    expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "active" }]);
  });

  test("one in the middle: the next follows up the one that went out, never the one that did not", async () => {
    await approveMail(staff, await enrolled());
    await settle(app);
    const [first, second] = await messagesTo(app, contact);
    await skipMail(staff, second!.id);
    const third = await lastMail();
    expect(third).toMatchObject({
      state: "draft",
      in_reply_to: first!.message_id,
      thread_references: [first!.message_id],
      due_at: new Date("2027-03-04T09:00:00Z"),
    });
    app.clock.set("2027-03-04T09:00:00Z");
    await approveMail(staff, third.id);
    await settle(app);
    expect(await lastMail()).toMatchObject({ state: "sent", subject: "One for Rimfrost" });
    expect(await enrolmentsOf(app, contact)).toMatchObject([
      { state: "finished", state_reason: "completed" },
    ]);
  });

  test("one that waited long: the next one's days count from now, in the hours of the reader", async () => {
    const id = await enrolled();
    app.clock.set("2027-03-12T21:00:00Z");
    await skipMail(staff, id);
    expect(await lastMail()).toMatchObject({ due_at: new Date("2027-03-16T08:00:00Z") });
  });

  test("the last: the sequence is complete for the contact, or over where nothing had gone out", async () => {
    const steps = [aStep("One"), aStep("Two", { delay_days: 1, ...EACH })];
    await enrolled(steps);
    await settle(app);
    await skipMail(staff, (await lastMail()).id);
    expect(await enrolmentsOf(app, contact)).toMatchObject([
      { state: "finished", state_reason: "completed" },
    ]);
    contact = await aContact(app);
    const only = await enrolled([aStep("Only", EACH)]);
    await skipMail(staff, only);
    expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "finished", state_reason: "removed" }]);
  });

  test("the next mail of somebody on hold waits for the hold as well", async () => {
    await approveMail(staff, await enrolled());
    await settle(app);
    await holdOutreach(staff, { scope: "contact", subject_id: contact.id });
    await skipMail(staff, (await lastMail()).id);
    expect(await lastMail()).toMatchObject({ state: "draft", held_reason: "manual" });
    expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "paused", state_reason: "manual" }]);
  });

  test("one that lacks a value, which settles its task", async () => {
    await app.db("contacts").where({ id: contact.id }).update({ name: null });
    const words = { texts: [{ language: "en", subject: "Hello", body: "Nothing to fill in" }] };
    const id = await enrolled([aStep("One"), { ...words, delay_days: 1 }]);
    expect(await app.db("tasks").whereNull("done_at")).toHaveLength(1);
    await skipMail(staff, id);
    expect(await app.db("tasks").whereNull("done_at")).toEqual([]);
    app.clock.advance(DAY);
    await settle(app);
    expect(await lastMail()).toMatchObject({ state: "sent", subject: "Hello" });
  });
});

describe("staff cancel one mail that has not begun to go out", () => {
  test("queued or held: nothing goes out, and its sequence ends for the contact", async () => {
    app.clock.set("2027-03-01T20:00:00Z");
    const id = await enrolled([aStep("One"), aStep("Two", { delay_days: 1 })]);
    await holdOutreach(staff, { scope: "organisation", subject_id: contact.organisationId });
    await cancelMail(staff, id);
    app.clock.advance(10 * DAY);
    await settle(app);
    expect(await messagesTo(app, contact)).toMatchObject([
      { state: "cancelled", state_reason: "cancelled_by_staff", sending_at: null },
    ]);
    expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "finished", state_reason: "removed" }]);
    expect(await app.db("activity").where({ action: "message.cancelled" })).toHaveLength(1);
    await expect(cancelMail(staff, id)).rejects.toMatchObject({ code: "message.begun" });
  });

  test("of a mailing, or one of the machine's own", async () => {
    await aMailing(staff, letter, [contact]);
    const own = await queueMail(app.system, {
      purpose: "transactional",
      sendKey: "own",
      template: "sign-in",
      data: {},
      language: "en",
      to: { email: "tomas@forum.example", name: null },
    });
    await cancelMail(staff, (await lastMail()).id);
    await cancelMail(staff, own!);
    await expect(skipMail(staff, own!)).rejects.toMatchObject({ code: "message.begun" });
    await settle(app);
    expect(await app.db("messages").distinct("state").pluck("state")).toEqual(["cancelled"]);
  });

  test("never one that a worker has taken up", async () => {
    await aMailing(staff, letter, [contact]);
    await claimDueMail(app.system, sendingOf(app), 10);
    const id = (await lastMail()).id;
    await expect(cancelMail(staff, id)).rejects.toMatchObject({ code: "message.begun" });
    await expect(skipMail(staff, id)).rejects.toMatchObject({ code: "message.begun" });
    expect(await lastMail()).toMatchObject({ state: "claimed" });
  });

  test("and only those who may write", async () => {
    const id = await enrolled();
    const viewer = await staffCtx(app, "viewer");
    for (const act of [cancelMail, skipMail, rejectMail]) {
      await expect(act(viewer, id)).rejects.toMatchObject({ kind: "forbidden" });
    }
    await expect(cancelMail(staff, "no-id")).rejects.toMatchObject({ kind: "not_found" });
  });
});

test("a mail that was queued when its country began to ask for a look can be left unsent, and has its days from the approval", async () => {
  app.clock.set("2027-03-01T20:00:00Z");
  const id = await enrolled([aStep("One"), aStep("Two", { delay_days: 1 })]);
  await app.database.adminDb("country_policies").insert({
    country: "NO",
    first_contact: "approve_each",
    first_contact_person: "approve_each",
    why: "test",
    source: "test",
    changed_at: app.clock.now(),
  });
  app.clock.set("2027-03-02T09:00:00Z");
  await settle(app);
  expect(await lastMail()).toMatchObject({ state: "queued", held_reason: "approve_first_contact" });
  expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "pending", state_reason: "approval" }]);
  app.clock.set("2027-03-22T09:00:00Z");
  await settle(app);
  expect((await browseQueue(staff, { limit: 5 })).items).toMatchObject([{ id }]);
  await approveMail(staff, id);
  await settle(app);
  expect((await messagesTo(app, contact))[0]).toMatchObject({ state: "sent" });
});
