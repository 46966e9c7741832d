import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { changeLetterState } from "../../../src/domain/letters/state-service.js";
import { processDueMail } from "../../../src/domain/mail/sending-service.js";
import { heldBy, type HoldScope } from "../../../src/domain/outreach/hold.js";
import {
  browseHolds,
  holdOutreach,
  resumeOutreach,
  stopOutreachOf,
} from "../../../src/domain/outreach/hold-service.js";
import { pauseOutreach, stopOutreach } from "../../../src/domain/outreach/stopping-service.js";
import { DAY, HOUR } from "../../../src/platform/clock.js";
import type { Ctx } from "../../../src/platform/context.js";
import { newId } from "../../../src/platform/ids.js";
import { sendingOf } from "../../../src/worker/schedule.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, type TestContact, type TestLetter } from "../../support/mailing.js";
import { aSequence, enrol, enrolmentsOf, messagesTo } from "../../support/sequence.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
let letter: TestLetter;
let staff: Ctx;
let contact: TestContact;
let sequence: { id: string };
let mailbox: string;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.database.clean();
  app.clock.set("2027-03-01T09:00:00Z");
  mailbox = newId(app.clock);
  await app.db("mailboxes").insert({
    id: mailbox,
    kind: "settings",
    name: "Settings",
    from_email: "letters@forum.example",
    created_at: app.clock.now(),
  });
  letter = await aLetter(app);
  staff = await staffCtx(app, "admin");
  contact = await aContact(app);
  sequence = await aSequence(staff, letter);
});

function subjectOf(scope: HoldScope): string {
  return {
    contact: contact.id,
    organisation: contact.organisationId,
    sequence: sequence.id,
    mailbox,
    letter: letter.id,
  }[scope];
}

const SCOPES: [HoldScope, string][] = [
  ["contact", "manual"],
  ["organisation", "org_hold"],
  ["sequence", "manual"],
  ["mailbox", "mailbox_unhealthy"],
  ["letter", "letter_paused"],
];

describe.each(SCOPES)("a hold on a %s", (scope, reason) => {
  test("keeps the next mail back until it ends; then only that one goes, and the later one keeps its distance", async () => {
    const bystander = await aContact(app);
    await enrol(staff, sequence, [contact, bystander]);
    await settle(app);
    const subject = { scope, subject_id: subjectOf(scope) };
    await holdOutreach(staff, { ...subject, reason: "Talks at the ministry" });
    expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "paused", state_reason: reason }]);
    expect((await messagesTo(app, contact))[1]).toMatchObject({ held_reason: reason });
    app.clock.set("2027-03-24T09:00:00Z");
    await settle(app);
    expect((await messagesTo(app, contact)).map((each) => each.state)).toEqual(["sent", "queued"]);
    const isAlone = scope === "contact" || scope === "organisation";
    expect((await enrolmentsOf(app, bystander))[0]?.state).toBe(isAlone ? "finished" : "paused");

    await resumeOutreach(staff, subject);
    await settle(app);
    expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "active" }]);
    const messages = await messagesTo(app, contact);
    expect(messages.map((each) => each.state)).toEqual(["sent", "sent", "queued"]);
    // Five open days after 24 March: the Easter holidays of Norway (25, 26, 29 March) are kept off.
    expect(messages[2]?.due_at).toEqual(new Date("2027-04-05T08:00:00Z"));
    expect(await browseHolds(staff)).toEqual([]);
  });

  test("also holds a mail that was claimed before it", async () => {
    await enrol(staff, sequence, [contact]);
    await app.db("outreach_holds").insert({
      id: newId(app.clock),
      scope,
      subject_id: subjectOf(scope),
      created_at: app.clock.now(),
    });
    await processDueMail(app.system, sendingOf(app));
    expect((await messagesTo(app, contact))[0]).toMatchObject({ state: "queued", held_reason: reason });
    expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "paused", state_reason: reason }]);
  });

  test("can be made a stop", async () => {
    await enrol(staff, sequence, [contact]);
    const subject = { scope, subject_id: subjectOf(scope) };
    await expect(stopOutreachOf(staff, subject)).resolves.toEqual({ stopped: 1 });
    expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "finished", state_reason: "removed" }]);
    await settle(app);
    expect((await messagesTo(app, contact)).map((each) => each.state)).toEqual(["cancelled"]);
  });
});

test("a hold ends by itself on its date, in the hours of the reader", async () => {
  await enrol(staff, sequence, [contact]);
  await settle(app);
  const until = "2027-03-13T12:00:00Z";
  await holdOutreach(staff, { scope: "organisation", subject_id: contact.organisationId, until });
  app.clock.set("2027-03-12T12:00:00Z");
  await settle(app);
  expect((await messagesTo(app, contact))[1]?.state).toBe("queued");
  app.clock.set(until);
  await settle(app);
  // A Saturday: the mail waits for Monday morning in Norway.
  expect((await messagesTo(app, contact))[1]).toMatchObject({
    state: "queued",
    held_reason: null,
    due_at: new Date("2027-03-15T08:00:00Z"),
  });
  expect(await browseHolds(staff)).toEqual([]);
});

test("of two holds the second keeps holding when the first ends, and is the one that is named", async () => {
  await enrol(staff, sequence, [contact]);
  const organisation = { scope: "organisation" as const, subject_id: contact.organisationId };
  await holdOutreach(staff, organisation);
  await holdOutreach(staff, { scope: "letter", subject_id: letter.id });
  await resumeOutreach(staff, organisation);
  expect(await enrolmentsOf(app, contact)).toMatchObject([
    { state: "paused", state_reason: "letter_paused" },
  ]);
  await settle(app);
  expect((await messagesTo(app, contact))[0]?.state).toBe("queued");
  await resumeOutreach(staff, { scope: "letter", subject_id: letter.id });
  await settle(app);
  expect((await messagesTo(app, contact))[0]?.state).toBe("sent");
});

test("who is away is written to after their return, also where a hold began and ended meanwhile", async () => {
  await enrol(staff, sequence, [contact]);
  await settle(app);
  const scope = { organisationId: contact.organisationId, contactId: contact.id };
  const until = new Date(app.clock.now().getTime() + 10 * DAY);
  await pauseOutreach(app.system, scope, { reason: "out_of_office", until });
  await holdOutreach(staff, { scope: "sequence", subject_id: sequence.id });
  await resumeOutreach(staff, { scope: "sequence", subject_id: sequence.id });
  expect(await enrolmentsOf(app, contact)).toMatchObject([
    { state: "paused", state_reason: "out_of_office" },
  ]);
  app.clock.advance(9 * DAY);
  await settle(app);
  expect((await messagesTo(app, contact))[1]?.state).toBe("queued");
  app.clock.advance(DAY);
  await settle(app);
  expect((await messagesTo(app, contact))[1]?.state).toBe("sent");
});

test("a letter that is paused holds its outreach, and goes on with it when it opens again", async () => {
  await enrol(staff, sequence, [contact]);
  await settle(app);
  await changeLetterState(staff, letter.slug, { to: "paused" });
  app.clock.advance(4 * DAY);
  await settle(app);
  expect(await enrolmentsOf(app, contact)).toMatchObject([
    { state: "paused", state_reason: "letter_paused" },
  ]);
  expect((await messagesTo(app, contact))[1]).toMatchObject({
    state: "queued",
    held_reason: "letter_paused",
  });
  app.clock.advance(20 * DAY);
  await changeLetterState(staff, letter.slug, { to: "open" });
  await settle(app);
  app.clock.advance(8 * DAY);
  await settle(app);
  expect((await messagesTo(app, contact))[1]?.state).toBe("sent");
});

test("a reply while a mail is under way ends the enrolment, and no next mail is made", async () => {
  await enrol(staff, sequence, [contact]);
  const sending = sendingOf(app);
  await processDueMail(app.system, {
    ...sending,
    mailer: {
      ...sending.mailer,
      send: async (mail) => {
        const scope = { organisationId: contact.organisationId };
        await stopOutreach(app.system, scope, { contactId: contact.id, reason: "replied" });
        return sending.mailer.send(mail);
      },
    },
  });
  expect((await messagesTo(app, contact)).map((each) => each.state)).toEqual(["sent"]);
  expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "finished", state_reason: "replied" }]);
});

test("a mail that went out during a pause makes the next one, which waits for the pause to end", async () => {
  await enrol(staff, sequence, [contact]);
  const sending = sendingOf(app);
  await processDueMail(app.system, {
    ...sending,
    mailer: {
      ...sending.mailer,
      send: async (mail) => {
        await holdOutreach(staff, { scope: "contact", subject_id: contact.id });
        return sending.mailer.send(mail);
      },
    },
  });
  expect(await messagesTo(app, contact)).toMatchObject([
    { state: "sent" },
    { state: "queued", held_reason: "manual" },
  ]);
  expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "paused" }]);
});

test("a colleague's reply leaves others alone where the sequence says so", async () => {
  const colleague = await aContact(app, { organisationId: contact.organisationId });
  const rules = { one_contact_per_organisation: false, colleague_ends: false };
  const wide = await aSequence(staff, letter, { rules });
  await enrol(staff, wide, [contact, colleague]);
  const scope = { organisationId: contact.organisationId };
  await stopOutreach(app.system, scope, { contactId: colleague.id, reason: "replied" });
  expect((await enrolmentsOf(app, contact))[0]?.state).not.toBe("finished");
  expect((await enrolmentsOf(app, colleague))[0]?.state).toBe("finished");
  await stopOutreach(app.system, scope, { contactId: null, reason: "unsubscribed" });
  expect((await enrolmentsOf(app, contact))[0]?.state).toBe("finished");
});

test("the narrowest hold is named", () => {
  const subjects = { contact: "c", organisation: "o", sequence: "s", mailbox: "m", letter: "l" };
  expect(heldBy([], subjects)).toBeUndefined();
  expect(heldBy([{ scope: "letter", subjectId: "other" }], subjects)).toBeUndefined();
  const both = [
    { scope: "letter" as const, subjectId: "l" },
    { scope: "organisation" as const, subjectId: "o" },
  ];
  expect(heldBy(both, subjects)).toBe("org_hold");
});

test("what is not there can't be held, nor until a date that is past", async () => {
  await expect(holdOutreach(staff, { scope: "letter", subject_id: contact.id })).rejects.toMatchObject({
    code: "hold.unknown",
  });
  const until = new Date(app.clock.now().getTime() - HOUR).toISOString();
  const past = { scope: "letter" as const, subject_id: letter.id, until };
  await expect(holdOutreach(staff, past)).rejects.toMatchObject({ fields: { until: "errors.hold.until" } });
});
