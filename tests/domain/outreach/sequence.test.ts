import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { settleMessage } from "../../../src/domain/outreach/approval-service.js";
import {
  changeSequence,
  showSequence,
  updateSequence,
} from "../../../src/domain/outreach/sequence-service.js";
import {
  createTemplate,
  showTemplate,
  updateTemplate,
} from "../../../src/domain/outreach/template-service.js";
import { DAY } from "../../../src/platform/clock.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, type TestLetter } from "../../support/mailing.js";
import { THREE_STEPS, aSequence, aStep, enrol, enrolmentsOf, messagesTo } from "../../support/sequence.js";
import { settle } from "../../support/settle.js";
import { headerOf, smtpSink, type SmtpSink } from "../../support/smtp-sink.js";
import type { Ctx } from "../../../src/platform/context.js";

let app: TestApp;
let sink: SmtpSink;
let letter: TestLetter;
let staff: Ctx;

beforeAll(async () => {
  sink = await smtpSink();
  app = await testApp({ config: { smtpUrl: sink.url } });
});
afterAll(async () => {
  await app.mailer.close();
  await app.close();
  await sink.close();
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set("2027-03-01T09:00:00Z");
  sink.mails.length = 0;
  sink.behave("accept");
  letter = await aLetter(app);
  staff = await staffCtx(app, "outreach");
});

/** Days pass, and each day's work is done at nine o'clock in UTC. */
async function daysPass(days: number): Promise<void> {
  for (let day = 0; day < days; day += 1) {
    app.clock.advance(DAY);
    await settle(app);
  }
}

describe("a contact goes through a sequence", () => {
  test("step by step in business days, and the enrolment is complete after the last", async () => {
    const contact = await aContact(app);
    const sequence = await aSequence(staff, letter);
    await expect(enrol(staff, sequence, [contact])).resolves.toMatchObject({
      state: "enrolled",
      enrolled: 1,
    });
    await settle(app);
    expect(await messagesTo(app, contact)).toMatchObject([
      { state: "sent", subject: expect.stringContaining("First words") },
      { state: "queued", due_at: new Date("2027-03-04T09:00:00Z") },
    ]);
    await daysPass(3);
    expect((await messagesTo(app, contact)).map((each) => each.state)).toEqual(["sent", "sent", "queued"]);
    // Five business days after Thursday is Thursday.
    expect((await messagesTo(app, contact))[2]?.due_at).toEqual(new Date("2027-03-11T09:00:00Z"));
    await daysPass(7);
    expect((await messagesTo(app, contact)).map((each) => each.state)).toEqual(["sent", "sent", "sent"]);
    expect(await enrolmentsOf(app, contact)).toMatchObject([
      { state: "finished", state_reason: "completed" },
    ]);
    await daysPass(10);
    expect(sink.mails).toHaveLength(3);
  });

  test("later mails stand below the first in a mail program: same subject, In-Reply-To, References", async () => {
    const contact = await aContact(app, { organisation: "Rimfrost" });
    await enrol(staff, await aSequence(staff, letter), [contact]);
    await settle(app);
    await daysPass(10);
    const [first, second, third] = sink.mails;
    const idOf = (mail: typeof first) => mail && headerOf(mail, "Message-ID");
    expect(first && headerOf(first, "In-Reply-To")).toBeUndefined();
    expect(second && headerOf(second, "In-Reply-To")).toBe(idOf(first));
    expect(second && headerOf(second, "References")).toBe(idOf(first));
    expect(third && headerOf(third, "In-Reply-To")).toBe(idOf(second));
    expect(third && headerOf(third, "References")).toBe(`${idOf(first)} ${idOf(second)}`);
    expect(sink.mails.map((mail) => headerOf(mail, "Subject"))).toEqual(
      Array.from({ length: 3 }, () => "First words for Rimfrost"),
    );
    expect(third?.raw).toContain("Last words");
    expect(third?.raw).toContain("List-Unsubscribe");
  });

  test("a missing value holds its mail up with a task, and nothing with a hole goes out", async () => {
    const contact = await aContact(app);
    await enrol(staff, await aSequence(staff, letter), [contact]);
    await settle(app);
    await app.db("contacts").where({ id: contact.id }).update({ name: null });
    await daysPass(3);
    expect((await messagesTo(app, contact))[1]).toMatchObject({
      state: "blocked",
      state_reason: "missing contact.name",
    });
    expect(await app.db("tasks").whereNull("done_at").pluck("kind")).toEqual(["blocked_message"]);
    expect(sink.mails).toHaveLength(1);
  });

  test("mails read in the contact's language, else its base language, the letter's, English", async () => {
    const texts = [
      { language: "en", subject: "Hello", body: "Words" },
      { language: "fr", subject: "Bonjour", body: "Des mots" },
    ];
    const sequence = await aSequence(staff, letter, { steps: [{ texts }] });
    const [quebec, tokyo] = [await aContact(app), await aContact(app)];
    await app.db("contacts").where({ id: quebec.id }).update({ language: "fr-CA" });
    await app.db("contacts").where({ id: tokyo.id }).update({ language: "ja" });
    await enrol(staff, sequence, [quebec, tokyo]);
    await settle(app);
    expect((await messagesTo(app, quebec))[0]).toMatchObject({ language: "fr", subject: "Bonjour" });
    expect((await messagesTo(app, tokyo))[0]).toMatchObject({ language: "en", subject: "Hello" });
  });

  test("dates and numbers are written as the mail's language does", async () => {
    await app.db("letters").update({ closes_at: "2027-06-14T23:59:59Z" });
    const body = "{{letter.closes_on}} {{signatures.count}} {{organisation.country}}";
    const texts = [{ language: "fr", subject: "Bonjour", body }];
    const contact = await aContact(app);
    await enrol(staff, await aSequence(staff, letter, { steps: [{ texts }] }), [contact]);
    await settle(app);
    expect((await messagesTo(app, contact))[0]?.body_text).toContain("14 juin 2027 0 Norvège");
  });

  test("a letter without an end blocks a mail that names it", async () => {
    const texts = [{ language: "en", subject: "Until {{letter.closes_on}}", body: "Words" }];
    const contact = await aContact(app);
    await enrol(staff, await aSequence(staff, letter, { steps: [{ texts }] }), [contact]);
    expect((await messagesTo(app, contact))[0]?.state_reason).toBe("missing letter.closes_on");
  });
});

test("a mail of which nobody knew for a week whether it arrived goes on from the day somebody says so", async () => {
  const contact = await aContact(app);
  await enrol(staff, await aSequence(staff, letter), [contact]);
  sink.behave("drop_after_dot");
  await settle(app);
  sink.behave("accept");
  await daysPass(10);
  const [first, ...none] = await messagesTo(app, contact);
  expect(first?.state).toBe("uncertain");
  expect(none).toEqual([]);
  await settleMessage(staff, first!.id, { as: "sent" });
  expect((await messagesTo(app, contact))[1]).toMatchObject({ state: "queued", due_at: app.clock.now() });
  await settle(app);
  expect((await messagesTo(app, contact)).map((each) => each.state)).toEqual(["sent", "sent", "queued"]);
});

describe("stop rules hold for each later mail, too", () => {
  const stops: [string, string, (contact: Awaited<ReturnType<typeof aContact>>) => Promise<unknown>][] = [
    ["the letter closes", "removed", () => app.db("letters").update({ state: "closed" })],
    [
      "the contact leaves",
      "removed",
      (contact) => app.db("contacts").where({ id: contact.id }).update({ status: "left" }),
    ],
    [
      "the address is dead",
      "bounced",
      (contact) => app.db("contacts").where({ id: contact.id }).update({ status: "address_invalid" }),
    ],
    [
      "the organisation declines",
      "declined",
      (contact) =>
        app.db("declines").insert({
          id: contact.id,
          letter_id: letter.id,
          organisation_id: contact.organisationId,
          reason_code: "political",
          source: "oral",
          decided_at: app.clock.now(),
          created_at: app.clock.now(),
        }),
    ],
  ];
  test.each(stops)("when %s the rest is taken back", async (_name, reason, stop) => {
    const contact = await aContact(app);
    await enrol(staff, await aSequence(staff, letter), [contact]);
    await settle(app);
    await stop(contact);
    await settle(app);
    expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "finished", state_reason: reason }]);
    await daysPass(10);
    expect((await messagesTo(app, contact)).map((each) => each.state)).toEqual(["sent", "cancelled"]);
    expect(sink.mails).toHaveLength(1);
  });
});

describe("versions", () => {
  test("who is enrolled keeps the words and delays of that day; who comes later gets the new ones", async () => {
    const [early, late] = [await aContact(app), await aContact(app)];
    const sequence = await aSequence(staff, letter);
    await enrol(staff, sequence, [early]);
    await settle(app);
    const { course } = await showSequence(staff, sequence.id);
    const steps = course.map((step, at) => ({
      ...aStep(`New ${at}`, { delay_days: at === 0 ? 0 : 1 }),
      key: step.step_key,
    }));
    await updateSequence(staff, sequence.id, { steps });
    await enrol(staff, sequence, [late]);
    await settle(app);
    await daysPass(1);
    expect((await messagesTo(app, early)).map((each) => each.state)).toEqual(["sent", "queued"]);
    expect((await messagesTo(app, late)).map((each) => each.state)).toEqual(["sent", "sent", "queued"]);
    await daysPass(2);
    expect((await messagesTo(app, early))[1]?.body_text).toContain("Second words");
    expect((await messagesTo(app, late))[1]?.body_text).toContain("New 1");
    expect(await enrolmentsOf(app, early)).toMatchObject([{ version: 1 }]);
    expect(await enrolmentsOf(app, late)).toMatchObject([{ version: 2 }]);
  });

  test("a template of the library that is changed changes every sequence for those to come", async () => {
    const texts = [{ language: "en", subject: "Old", body: "Old words" }];
    const template = await createTemplate(staff, { name: "Invitation", texts });
    const sequence = await aSequence(staff, letter, { steps: [{ template_id: template.id }] });
    const [early, late] = [await aContact(app), await aContact(app)];
    await enrol(staff, sequence, [early]);
    await updateTemplate(staff, template.id, {
      texts: [{ language: "en", subject: "New", body: "New words" }],
    });
    await enrol(staff, sequence, [late]);
    await settle(app);
    expect((await messagesTo(app, early))[0]?.subject).toBe("Old");
    expect((await messagesTo(app, late))[0]?.subject).toBe("New");
    expect(await showTemplate(staff, template.id)).toMatchObject({ version: 2, usedBy: 1 });
    expect((await showSequence(staff, sequence.id)).version).toBe(2);
  });

  test("a sequence in which nobody is enrolled yet is written over, not added to", async () => {
    const sequence = await aSequence(staff, letter);
    await updateSequence(staff, sequence.id, { steps: [aStep("Only words")] });
    await updateSequence(staff, sequence.id, { name: "Insurers" });
    expect(await showSequence(staff, sequence.id)).toMatchObject({ version: 1, steps: 1, name: "Insurers" });
    await expect(updateSequence(staff, sequence.id, { name: "x", row_version: 1 })).rejects.toMatchObject({
      code: "sequence.changed",
    });
  });

  test("words that can't be sent are refused where they stand", async () => {
    const steps = [...THREE_STEPS, aStep("{{contact.nmae}}"), { ...aStep("x"), template_id: letter.id }];
    await expect(aSequence(staff, letter, { steps })).rejects.toMatchObject({
      fields: {
        "steps.3.texts.0.subject": "errors.mailing.unknown_variable",
        "steps.4.template_id": "errors.sequence.step_words",
      },
    });
    const subject = "{{invitation.link}}";
    const texts = [{ language: "en", subject, body: "x" }];
    await expect(createTemplate(staff, { name: "x", texts })).rejects.toMatchObject({
      fields: { "texts.0.subject": "errors.mailing.link_in_subject" },
    });
  });
});

test("stopping a sequence ends everybody in it and takes back what has not gone out", async () => {
  const contact = await aContact(app);
  const sequence = await aSequence(staff, letter);
  await enrol(staff, sequence, [contact]);
  await settle(app);
  await expect(changeSequence(staff, sequence.id, { to: "stopped" })).resolves.toEqual({ stopped: 1 });
  expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "finished", state_reason: "removed" }]);
  await daysPass(10);
  expect(sink.mails).toHaveLength(1);
  await expect(enrol(staff, sequence, [contact])).rejects.toMatchObject({ code: "sequence.not_active" });
  await expect(changeSequence(staff, sequence.id, { to: "active" })).rejects.toMatchObject({
    code: "sequence.stopped",
  });
});
