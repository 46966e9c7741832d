import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { planEnrolment } from "../../../src/domain/outreach/plan-service.js";
import {
  approveMail,
  browseQueue,
  editMail,
  showWaiting,
} from "../../../src/domain/outreach/queue-service.js";
import { rejectMail } from "../../../src/domain/outreach/taking-back-service.js";
import { previewStep, previewTemplate } from "../../../src/domain/outreach/step-preview-service.js";
import { createTemplate } from "../../../src/domain/outreach/template-service.js";
import { sendTest } from "../../../src/domain/outreach/test-send-service.js";
import { DAY } from "../../../src/platform/clock.js";
import type { Ctx } from "../../../src/platform/context.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import {
  aContact,
  aLetter,
  aMailing,
  messageTo,
  type TestContact,
  type TestLetter,
} from "../../support/mailing.js";
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

async function enrolled(): Promise<string> {
  const steps = [aStep("One", { approval: "each" }), aStep("Two", { delay_days: 1, approval: "each" })];
  await enrol(staff, await aSequence(staff, letter, { steps }), [contact]);
  return (await messagesTo(app, contact))[0]!.id;
}

test("a mail of a step that wants it waits for a person, for as long as that takes", async () => {
  const id = await enrolled();
  app.clock.advance(10 * DAY);
  await settle(app);
  expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "pending", state_reason: "approval" }]);
  const queue = await browseQueue(staff, { limit: 10 });
  expect(queue.items).toMatchObject([
    { id, subject: "One for {{organisation.name}}", position: 1, steps: 2 },
  ]);
  expect((await showWaiting(staff, id)).worded).toMatchObject({ subject: "One for Rimfrost" });
  await approveMail(staff, id);
  await settle(app);
  expect(await messagesTo(app, contact)).toMatchObject([
    { state: "sent", subject: "One for Rimfrost" },
    { state: "draft", due_at: new Date("2027-03-12T09:00:00Z") },
  ]);
  await expect(approveMail(staff, id)).rejects.toMatchObject({ code: "message.not_waiting" });
});

test("edited words go out in place of the template's, their names filled in at the last moment", async () => {
  const id = await enrolled();
  await approveMail(staff, id, {
    subject: "Only for {{organisation.name}}",
    body: "Dear {{contact.name}}, by hand.",
  });
  await app.db("contacts").where({ id: contact.id }).update({ name: "Zoe Okafor" });
  await settle(app);
  const [first] = await messagesTo(app, contact);
  expect(first).toMatchObject({ state: "sent", subject: "Only for Rimfrost" });
  expect(first?.body_text).toContain("Dear Zoe Okafor, by hand.");
});

test("a follow-up keeps the subject of its thread, whatever is typed", async () => {
  const id = await enrolled();
  await approveMail(staff, id);
  await settle(app);
  app.clock.advance(DAY);
  const second = (await messagesTo(app, contact))[1]!.id;
  expect((await showWaiting(staff, second)).subjectIsFixed).toBe(true);
  await editMail(staff, second, { subject: "Another", body: "Kept for later" });
  await approveMail(staff, second);
  await settle(app);
  expect((await messagesTo(app, contact))[1]).toMatchObject({ state: "sent", subject: "One for Rimfrost" });
  expect((await messagesTo(app, contact))[1]?.body_text).toContain("Kept for later");
  expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "finished", state_reason: "completed" }]);
});

test("words with a name that nobody knows are refused, and so is a mail with a hole", async () => {
  const id = await enrolled();
  await expect(approveMail(staff, id, { body: "Dear {{contact.nmae}}" })).rejects.toMatchObject({
    fields: { body: "errors.mailing.unknown_variable" },
  });
  await app.db("contacts").where({ id: contact.id }).update({ name: null });
  await expect(approveMail(staff, id)).rejects.toMatchObject({
    code: "message.missing",
    detail: { missing: ["contact.name"] },
  });
  await approveMail(staff, id, { body: "Dear colleague" });
  await settle(app);
  expect((await messagesTo(app, contact))[0]).toMatchObject({ state: "sent" });
});

test("a mail with a hole waits for approval with a task, which the approval ticks off", async () => {
  await app.db("contacts").where({ id: contact.id }).update({ name: null });
  const id = await enrolled();
  expect((await messagesTo(app, contact))[0]).toMatchObject({
    state: "draft",
    state_reason: "missing contact.name",
  });
  expect(await app.db("tasks").whereNull("done_at")).toHaveLength(1);
  await app.db("contacts").where({ id: contact.id }).update({ name: "Zoe" });
  await approveMail(staff, id);
  expect(await app.db("tasks").whereNull("done_at")).toEqual([]);
});

test("a mail that is left unsent ends the enrolment", async () => {
  const id = await enrolled();
  await rejectMail(staff, id);
  expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "finished", state_reason: "removed" }]);
  expect((await messagesTo(app, contact)).map((each) => each.state)).toEqual(["cancelled"]);
  await expect(approveMail(await staffCtx(app, "viewer"), id)).rejects.toMatchObject({ kind: "forbidden" });
});

test("a mail approved at night goes in the morning, and has three open days from then", async () => {
  const id = await enrolled();
  app.clock.set("2027-03-05T20:00:00Z");
  await approveMail(staff, id);
  await settle(app);
  expect((await messagesTo(app, contact))[0]).toMatchObject({
    state: "queued",
    due_at: new Date("2027-03-08T08:00:00Z"),
    expires_at: new Date("2027-03-11T16:00:00Z"),
  });
});

test("a test goes to oneself only, as often as one likes, with a link that leads nowhere", async () => {
  const sequence = await aSequence(staff, letter);
  const wanted = { contact_id: contact.id, sequence_id: sequence.id, step: 2 };
  await sendTest(staff, wanted);
  await sendTest(staff, wanted);
  await settle(app);
  const rows = (await app.db("messages")) as Record<string, unknown>[];
  const self = (await app
    .db("staff")
    .where({ name: staff.actor.kind === "staff" ? staff.actor.name : "" })
    .first()) as {
    email: string;
  };
  expect(rows).toHaveLength(2);
  for (const row of rows) {
    expect(row).toMatchObject({
      purpose: "test",
      state: "sent",
      to_email: self.email,
      subject: "[Test] Second words for Rimfrost",
      contact_id: null,
      enrolment_id: null,
    });
    expect(row["body_text"]).toContain("https://preview.invalid/");
  }
  expect(await app.db("invitations")).toEqual([]);
  expect(await app.db("enrolments")).toEqual([]);
});

test("a test of a template names the letter and the language; a script has no address to send it to", async () => {
  const texts = [
    { language: "en", subject: "Hello {{contact.name}}", body: "Words" },
    { language: "fr", subject: "Bonjour {{contact.name}}", body: "Des mots" },
  ];
  const template = await createTemplate(staff, { name: "Greeting", texts });
  const wanted = { contact_id: contact.id, template_id: template.id, letter: letter.slug, language: "fr" };
  await sendTest(await staffCtx(app, "editor"), wanted);
  await settle(app);
  expect(await app.db("messages").first()).toMatchObject({
    subject: "[Test] Bonjour Dr Ada Park",
    language: "fr",
  });
  const script = app.ctx({ kind: "token", id: template.id, name: "script", scopes: ["templates:write"] });
  await expect(sendTest(script, wanted)).rejects.toMatchObject({ code: "test_send.no_address" });
  await app.db("contacts").where({ id: contact.id }).update({ name: null });
  await expect(sendTest(staff, wanted)).rejects.toMatchObject({ code: "test_send.missing" });
});

test("a step or a template reads in a preview as it will for that contact, and nothing is made by looking", async () => {
  const sequence = await aSequence(staff, letter);
  const at = { step: 2, contactId: contact.id };
  const shown = await previewStep(staff, sequence.id, at);
  expect(shown).toMatchObject({ language: "en", mail: { subject: "First words for Rimfrost" } });
  expect(JSON.stringify(shown.mail)).toContain("Second words: https://preview.invalid/");
  const texts = [{ language: "fr", subject: "Bonjour {{contact.name}}", body: "{{organisation.country}}" }];
  const { id } = await createTemplate(staff, { name: "Greeting", texts });
  const about = { letterSlug: letter.slug, contactId: contact.id };
  expect((await previewTemplate(staff, id, about)).mail).toMatchObject({
    subject: "Bonjour Dr Ada Park",
    body: "Norvège",
  });
  await app.db("contacts").where({ id: contact.id }).update({ name: null });
  expect((await previewStep(staff, sequence.id, at)).mail).toEqual({ missing: ["contact.name"] });
  await expect(previewStep(staff, sequence.id, { ...at, step: 4 })).rejects.toMatchObject({
    code: "sequence.unknown_step",
  });
  expect(await app.db("invitations")).toEqual([]);
  expect(await app.db("messages")).toEqual([]);
});

test("where a country wants each first mail looked at, it waits whatever the step says; later ones go by themselves", async () => {
  const tokyo = await aContact(app, { country: "JP" });
  const sequence = await aSequence(staff, letter, { steps: [aStep("One"), aStep("Two", { delay_days: 1 })] });
  const plan = await planEnrolment(staff, sequence.id, { contact_ids: [tokyo.id] });
  expect(plan.planned[0]?.mails.map((mail) => mail.approval)).toEqual(["each", "automatic"]);
  await enrol(staff, sequence, [tokyo]);
  app.clock.advance(2 * DAY);
  await settle(app);
  expect(await enrolmentsOf(app, tokyo)).toMatchObject([{ state: "pending", state_reason: "approval" }]);
  const [waiting] = (await browseQueue(staff, { limit: 10 })).items;
  expect(waiting).toMatchObject({ contactId: tokyo.id, reason: "approve_first_contact" });
  expect(await app.db("tasks")).toEqual([]);
  app.clock.set("2027-03-04T02:00:00Z");
  await approveMail(staff, waiting!.id);
  await settle(app);
  app.clock.set("2027-03-05T02:00:00Z");
  await settle(app);
  expect((await messagesTo(app, tokyo)).map((each) => each.state)).toEqual(["sent", "sent"]);
});

test("one mail of a mailing that waits for a second person can't be given other words behind their back", async () => {
  const people = [];
  for (let n = 0; n < 51; n += 1) people.push(await aContact(app));
  expect(await aMailing(staff, letter, people)).toMatchObject({ state: "waiting" });
  const { id } = await messageTo(app, people[0] as never);
  const words = { subject: "Something else", body: "Something else" };
  await expect(editMail(staff, String(id), words)).rejects.toMatchObject({ code: "message.not_waiting" });
  expect(await messageTo(app, people[0] as never)).toMatchObject({ state: "draft" });
  expect(JSON.stringify(await messageTo(app, people[0] as never))).not.toContain("Something else");
});
