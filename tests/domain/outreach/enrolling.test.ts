import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { array, assert, constantFrom, property } from "fast-check";
import { suppress } from "../../../src/domain/consent/service.js";
import {
  approveBatch,
  dropBatch,
  endEnrolment,
  enrolContacts,
} from "../../../src/domain/outreach/enrolment-service.js";
import {
  ENROLMENT_EVENTS,
  ENROLMENT_REASONS,
  ENROLMENT_STATES,
  afterEvent,
  endReason,
} from "../../../src/domain/outreach/enrolment.js";
import { holdOutreach } from "../../../src/domain/outreach/hold-service.js";
import { chooseLanguage } from "../../../src/domain/outreach/language-choice.js";
import { planEnrolment } from "../../../src/domain/outreach/plan-service.js";
import { createSegment, updateSegment } from "../../../src/domain/outreach/segment-service.js";
import { DAY } from "../../../src/platform/clock.js";
import type { Ctx } from "../../../src/platform/context.js";
import { newId } from "../../../src/platform/ids.js";
import { staffCtx, testApp, tokenOf, type TestApp } from "../../support/app.js";
import { aContact, aLetter, type TestContact, type TestLetter } from "../../support/mailing.js";
import { aSequence, aStep, enrol, enrolmentsOf, messagesTo } from "../../support/sequence.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
let letter: TestLetter;
let staff: Ctx;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.database.clean();
  app.clock.set("2027-03-01T09:00:00Z");
  letter = await aLetter(app);
  staff = await staffCtx(app, "outreach");
});

const ids = (contacts: readonly TestContact[]) => ({ contact_ids: contacts.map((contact) => contact.id) });

async function manyContacts(n: number): Promise<TestContact[]> {
  const all = [];
  for (let i = 0; i < n; i += 1) all.push(await aContact(app));
  return all;
}

describe("the states of an enrolment", () => {
  test.each([
    ["pending", "approve", "active"],
    ["pending", "sent", "active"],
    ["pending", "pause", "paused"],
    ["pending", "resume", undefined],
    ["pending", "finish", "finished"],
    ["active", "approve", undefined],
    ["active", "sent", "active"],
    ["active", "pause", "paused"],
    ["active", "resume", undefined],
    ["active", "finish", "finished"],
    ["paused", "approve", undefined],
    ["paused", "sent", "paused"],
    ["paused", "pause", "paused"],
    ["paused", "resume", "active"],
    ["paused", "finish", "finished"],
    ["finished", "approve", undefined],
    ["finished", "sent", undefined],
    ["finished", "pause", undefined],
    ["finished", "resume", undefined],
    ["finished", "finish", undefined],
  ] as const)("%s, %s → %s", (state, event, to) => {
    expect(afterEvent(state, event)).toBe(to);
  });

  test("whatever happens, what has ended stays ended", () => {
    assert(
      property(array(constantFrom(...ENROLMENT_EVENTS), { maxLength: 20 }), (events) => {
        let state: (typeof ENROLMENT_STATES)[number] = "pending";
        let ended = false;
        for (const event of events) {
          state = afterEvent(state, event) ?? state;
          ended ||= state === "finished";
          expect(state === "finished").toBe(ended);
        }
      }),
    );
  });

  test("every stop has an end that the table in the database knows", async () => {
    for (const stop of [
      "answered",
      "address_invalid",
      "letter_closed",
      "mailing_stopped",
      "signed",
      null,
      "new",
    ]) {
      expect(ENROLMENT_REASONS.finished).toContain(endReason(stop));
    }
    expect(endReason("answered")).toBe("org_replied");
    const contact = await aContact(app);
    await enrol(staff, await aSequence(staff, letter), [contact]);
    await expect(
      app.db("enrolments").update({ state: "paused", state_reason: "signed" }),
    ).rejects.toMatchObject({
      constraint: "enrolments_reason_check",
    });
  });
});

test.each([
  [["en", "fr"], "fr-CA", "de", "fr"],
  [["en", "fr-CA", "fr"], "fr-CA", "de", "fr-CA"],
  [["de", "en"], "ja", "de", "de"],
  [["de", "en"], "ja", "de-AT", "de"],
  [["en", "es"], null, "fr", "en"],
  [["es", "pt"], "ja", "fr", "es"],
  [[], "ja", "fr", undefined],
])("of %j a reader of %s gets, for a letter in %s, %s", (available, contact, own, chosen) => {
  expect(chooseLanguage(available, { contact, letter: own })).toBe(chosen);
});

describe("enrolling", () => {
  test("two who enrol the same people at once enrol each once, and one of each organisation", async () => {
    const sequence = await aSequence(staff, letter);
    const other = await aSequence(staff, letter, { name: "Others" });
    const people = await manyContacts(4);
    for (const { organisationId } of people.slice()) people.push(await aContact(app, { organisationId }));
    const reversed = people.toReversed();
    const answers = await Promise.all([
      enrol(staff, sequence, people),
      enrol(staff, other, reversed),
      enrol(await staffCtx(app), sequence, reversed),
    ]);
    expect(answers.reduce((sum, answer) => sum + answer.enrolled, 0)).toBe(4);
    expect(await app.db("enrolments").whereNot("state", "finished")).toHaveLength(4);
    expect(await app.db("messages")).toHaveLength(4);
  });

  test("the database itself refuses a second live enrolment of a contact", async () => {
    const contact = await aContact(app);
    await enrol(staff, await aSequence(staff, letter), [contact]);
    const row = (await app.db("enrolments").first()) as Record<string, unknown>;
    const second = { ...row, id: newId(app.clock), round: 2 };
    await expect(app.db("enrolments").insert(second)).rejects.toMatchObject({
      constraint: "enrolments_one_live_idx",
    });
  });

  test("two contacts with one mailbox get one mail", async () => {
    const [one, two] = await manyContacts(2);
    const sequence = await aSequence(staff, letter);
    const change = { email: one!.email.toUpperCase(), address_hash: one!.hash };
    await app.db("contacts").where({ id: two!.id }).update(change);
    const plan = await planEnrolment(staff, sequence.id, ids([one!, two!]));
    expect(plan.leftOut).toMatchObject([{ reasons: ["twice"] }]);
    await enrol(staff, sequence, [one!]);
    await enrol(staff, sequence, [two!]);
    await settle(app);
    expect(await app.db("messages").where({ state: "sent" })).toHaveLength(1);
    expect(await enrolmentsOf(app, two!)).toMatchObject([{ state: "finished", state_reason: "removed" }]);
  });

  test("several contacts of an organisation at a time are possible where the sequence says so", async () => {
    const one = await aContact(app);
    const two = await aContact(app, { organisationId: one.organisationId });
    const rules = { one_contact_per_organisation: false };
    const sequence = await aSequence(staff, letter, { rules });
    await expect(enrol(staff, sequence, [one, two])).resolves.toMatchObject({ enrolled: 2 });
  });

  test("nobody is enrolled again within 60 days of the end; then it is their next round", async () => {
    const contact = await aContact(app);
    const sequence = await aSequence(staff, letter, { steps: [aStep("Only words")] });
    await enrol(staff, sequence, [contact]);
    await settle(app);
    expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "finished" }]);
    app.clock.advance(60 * DAY - 1000);
    const early = await planEnrolment(staff, sequence.id, ids([contact]));
    expect(early.leftOut.map((each) => each.reasons)).toEqual([["enrolled_recently"]]);
    await expect(enrol(staff, sequence, [contact])).resolves.toMatchObject({ state: "nobody" });
    app.clock.advance(1000);
    await expect(enrol(staff, sequence, [contact])).resolves.toMatchObject({ enrolled: 1 });
    await settle(app);
    expect(await enrolmentsOf(app, contact)).toMatchObject([{ round: 1 }, { round: 2, state: "finished" }]);
    expect((await messagesTo(app, contact)).map((each) => each.state)).toEqual(["sent", "sent"]);
  });

  test("a segment chooses anew each time it is used", async () => {
    const sequence = await aSequence(staff, letter);
    await aContact(app, { sector: "insurer", country: "CH" });
    await aContact(app, { sector: "insurer", country: "JP" });
    await aContact(app, { sector: "broker", country: "CH" });
    const { id } = await createSegment(staff, {
      name: "European insurers",
      filter: { sector: "insurer", region: "Europe" },
    });
    await expect(createSegment(staff, { name: "european INSURERS", filter: {} })).rejects.toMatchObject({
      code: "segment.name_taken",
    });
    expect((await planEnrolment(staff, sequence.id, { segment_id: id })).planned).toHaveLength(1);
    await updateSegment(staff, id, { filter: { sector: "insurer" } });
    expect((await planEnrolment(staff, sequence.id, { segment_id: id })).planned).toHaveLength(2);
    await expect(enrolContacts(staff, sequence.id, { segment_id: id })).resolves.toMatchObject({
      enrolled: 2,
    });
  });

  test("staff end an enrolment with a meeting, and the rest is taken back", async () => {
    const contact = await aContact(app);
    await enrol(staff, await aSequence(staff, letter), [contact]);
    await settle(app);
    const [enrolment] = await enrolmentsOf(app, contact);
    await endEnrolment(staff, enrolment!.id, { reason: "meeting" });
    await endEnrolment(staff, enrolment!.id, { reason: "removed" });
    expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "finished", state_reason: "meeting" }]);
    expect((await messagesTo(app, contact)).map((each) => each.state)).toEqual(["sent", "cancelled"]);
  });

  test("a viewer may not, nobody may into a draft", async () => {
    const contact = await aContact(app);
    const sequence = await aSequence(staff, letter);
    await expect(enrol(await staffCtx(app, "viewer"), sequence, [contact])).rejects.toMatchObject({
      kind: "forbidden",
    });
    await expect(enrolContacts(staff, sequence.id, {})).rejects.toMatchObject({
      fields: { contact_ids: "errors.enrolment.choose" },
    });
  });
});

describe("the dry run", () => {
  test("says who would get what and when, and that is what happens", async () => {
    const steps = [aStep("One"), aStep("Two", { delay_days: 2 }), aStep("Three", { delay_days: 4 })];
    const sequence = await aSequence(staff, letter, { steps });
    const people = [
      await aContact(app, { country: "NO" }),
      await aContact(app, { country: "SG" }),
      await aContact(app, { country: "US" }),
      await aContact(app, { country: "AE" }),
    ];
    app.clock.set("2027-03-05T20:00:00Z");
    const plan = await planEnrolment(staff, sequence.id, ids(people));
    expect(await app.db("enrolments")).toEqual([]);
    expect(await app.db("invitations")).toEqual([]);
    expect(new Set(plan.planned.map((each) => each.zone)).size).toBe(4);
    await enrol(staff, sequence, people);
    for (const end = app.clock.now().getTime() + 30 * DAY; app.clock.now().getTime() < end;) {
      await settle(app);
      const waiting = app.db("messages").where({ state: "queued" }).whereNull("held_reason");
      const next = (await waiting.orderBy("due_at").first()) as { due_at: Date } | undefined;
      if (!next) break;
      app.clock.set(next.due_at);
    }
    for (const { recipient, mails } of plan.planned) {
      const contact = people.find((each) => each.id === recipient.contactId);
      const sent = await messagesTo(app, contact!);
      expect(sent.map((message) => message.due_at)).toEqual(mails.map((mail) => mail.dueAt));
      expect(sent.map((message) => message.sending_at)).toEqual(mails.map((mail) => mail.dueAt));
    }
  });

  test("says why somebody is left out, every reason", async () => {
    const sequence = await aSequence(staff, letter);
    const [busy, stopped, held, nameless] = [
      await aContact(app),
      await aContact(app),
      await aContact(app),
      await aContact(app, { name: null }),
    ];
    const colleague = await aContact(app, { organisationId: busy.organisationId, status: "left" });
    await enrol(staff, sequence, [busy]);
    await suppress(app.system, { email: stopped.email, reason: "staff", source: "test" });
    await holdOutreach(staff, { scope: "organisation", subject_id: held.organisationId });
    const plan = await planEnrolment(staff, sequence.id, ids([busy, stopped, held, nameless, colleague]));
    const reasons = new Map(plan.leftOut.map((each) => [each.candidate.contactId, each.reasons]));
    expect(reasons).toEqual(
      new Map([
        [busy.id, ["in_sequence"]],
        [stopped.id, ["suppressed"]],
        [held.id, ["on_hold"]],
        [colleague.id, ["contact_inactive", "organisation_active"]],
      ]),
    );
    expect(plan.planned.map((each) => each.mails[0]?.missing)).toEqual([["contact.name"]]);
    expect(plan.planned[0]?.ahead).toBe(1);
  });
});

describe("more than 50 at a time need a second person (ruling 9)", () => {
  test("they wait without a mail; a colleague lets them begin, the writer may not", async () => {
    const colleague = await staffCtx(app, "outreach");
    const sequence = await aSequence(staff, letter);
    const people = await manyContacts(51);
    expect((await planEnrolment(staff, sequence.id, ids(people))).needsSecondPerson).toBe(true);
    const { state, batchId } = await enrol(staff, sequence, people);
    expect(state).toBe("waiting");
    await settle(app);
    expect(await app.db("messages")).toEqual([]);
    await expect(approveBatch(staff, batchId!)).rejects.toMatchObject({ code: "enrolment.own" });
    await expect(approveBatch(colleague, batchId!)).resolves.toEqual({ begun: 51, leftOut: 0 });
    await expect(approveBatch(colleague, batchId!)).rejects.toMatchObject({ code: "enrolment.not_waiting" });
    await settle(app);
    await settle(app);
    expect(await app.db("messages").where({ state: "sent" })).toHaveLength(51);
  });

  test("fifty and one more are fifty-one, however they are cut up within a day", async () => {
    const sequence = await aSequence(staff, letter);
    const people = await manyContacts(53);
    expect(await enrol(staff, sequence, people.slice(0, 50))).toMatchObject({ state: "enrolled" });
    expect((await planEnrolment(staff, sequence.id, ids(people.slice(50, 51)))).needsSecondPerson).toBe(true);
    expect(await enrol(staff, sequence, people.slice(50, 51))).toMatchObject({ state: "waiting" });
    const other = await aSequence(staff, letter);
    expect(await enrol(staff, other, people.slice(51, 52))).toMatchObject({ state: "enrolled" });
    app.clock.advance(DAY + 1000);
    expect(await enrol(staff, sequence, people.slice(52))).toMatchObject({ state: "enrolled" });
  });

  test("a script never lets go what a script enrolled, though a person wrote the words", async () => {
    const people = await manyContacts(51);
    const sequence = await aSequence(staff, letter);
    const script = app.ctx({ kind: "token", id: newId(app.clock), name: "crm", scopes: ["outreach:write"] });
    const { batchId } = await enrol(script, sequence, people);
    await expect(approveBatch(script, batchId!)).rejects.toMatchObject({ code: "enrolment.own" });
  });

  test("what a colleague enrols through a token of their own needs another one all the same", async () => {
    const colleague = await staffCtx(app, "outreach");
    const sequence = await aSequence(tokenOf(app, staff), letter);
    const { batchId } = await enrol(tokenOf(app, staff), sequence, await manyContacts(51));
    await expect(approveBatch(staff, batchId!)).rejects.toMatchObject({ code: "enrolment.own" });
    await expect(approveBatch(tokenOf(app, colleague), batchId!)).rejects.toMatchObject({
      code: "enrolment.own",
    });
    await expect(approveBatch(colleague, batchId!)).resolves.toEqual({ begun: 51, leftOut: 0 });
  });

  test("a batch can be taken back, and its people enrolled anew at once: nobody has written to them", async () => {
    const sequence = await aSequence(staff, letter);
    const people = await manyContacts(51);
    const { batchId } = await enrol(staff, sequence, people);
    await expect(dropBatch(staff, batchId!)).resolves.toEqual({ dropped: 51 });
    expect(await app.db("enrolments").distinct("state").pluck("state")).toEqual(["finished"]);
    expect(await app.db("messages")).toEqual([]);
    await expect(enrol(staff, sequence, people.slice(0, 2))).resolves.toMatchObject({ enrolled: 2 });
  });
});
