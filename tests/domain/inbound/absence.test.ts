/** Somebody is away: from the automatic answer to the mail after their return. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { holdOutreach, resumeOutreach } from "../../../src/domain/outreach/hold-service.js";
import { DAY } from "../../../src/platform/clock.js";
import type { Ctx } from "../../../src/platform/context.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { rawMail, takeIn } from "../../support/inbound.js";
import { aContact, aLetter, type TestContact } from "../../support/mailing.js";
import { aSequence, enrol, enrolmentsOf, messagesTo } from "../../support/sequence.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
let staff: Ctx;
let contact: TestContact;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.database.clean();
  app.clock.set("2027-03-01T09:00:00Z");
  staff = await staffCtx(app, "outreach");
  contact = await aContact(app);
  await enrol(staff, await aSequence(staff, await aLetter(app)), [contact]);
  await settle(app);
});

/** The answer of a machine to the first mail: away until 17 March 2027, a Wednesday. */
async function away(back = "17 March 2027"): Promise<void> {
  const [first] = await messagesTo(app, contact);
  const headers = {
    From: contact.email,
    "Auto-Submitted": "auto-replied",
    Subject: "Automatic reply: First words",
    "In-Reply-To": first?.message_id,
  };
  await takeIn(app, rawMail(headers, `I am out of the office. I will be back on ${back}.`));
}

/** The days on which mails went out, as the worker finds them by looking every six hours. */
async function daysWritten(until: string): Promise<string[]> {
  for (const end = new Date(until); app.clock.now() < end; app.clock.advance(DAY / 4)) await settle(app);
  await settle(app);
  const mails = await messagesTo(app, contact);
  return mails.flatMap((mail) => (mail.sending_at ? [mail.sending_at.toISOString().slice(0, 10)] : []));
}

test("outreach waits for the return, then only the next mail goes, and the one after keeps its distance", async () => {
  await away();
  expect(await enrolmentsOf(app, contact)).toMatchObject([
    { state: "paused", state_reason: "out_of_office" },
  ]);
  expect(await messagesTo(app, contact)).toMatchObject([
    { state: "sent" },
    { state: "queued", held_reason: "out_of_office" },
  ]);
  expect(await daysWritten("2027-03-16T23:00:00Z")).toEqual(["2027-03-01"]);
  // Five business days lie between the second and the third mail, however late the second one was.
  expect(await daysWritten("2027-03-23T20:00:00Z")).toEqual(["2027-03-01", "2027-03-17"]);
  expect(await daysWritten("2027-03-31T20:00:00Z")).toEqual(["2027-03-01", "2027-03-17", "2027-03-24"]);
  expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "finished", state_reason: "completed" }]);
});

test("somebody who is back before the next mail is due gets it when it is due", async () => {
  await away("3 March 2027");
  expect(await daysWritten("2027-03-04T20:00:00Z")).toEqual(["2027-03-01", "2027-03-04"]);
});

describe("a pause by hand and an absence", () => {
  const until = "2027-03-10T09:00:00Z";

  test.each([
    ["organisation", () => contact.organisationId],
    ["contact", () => contact.id],
  ] as const)("a hold on the %s that ends by its date does not end the absence", async (scope, subject) => {
    await away();
    await holdOutreach(staff, { scope, subject_id: subject(), until });
    expect(await daysWritten("2027-03-16T23:00:00Z")).toEqual(["2027-03-01"]);
    expect(await daysWritten("2027-03-17T20:00:00Z")).toEqual(["2027-03-01", "2027-03-17"]);
  });

  test("a hold on the organisation that a person ends does not end it either; ending it for the contact does", async () => {
    await away();
    const organisation = { scope: "organisation", subject_id: contact.organisationId } as const;
    await holdOutreach(staff, organisation);
    expect(await resumeOutreach(staff, organisation)).toEqual({ resumed: 0 });
    expect(await messagesTo(app, contact)).toMatchObject([{}, { held_reason: "out_of_office" }]);
    expect(await resumeOutreach(staff, { scope: "contact", subject_id: contact.id })).toEqual({ resumed: 1 });
    expect(await daysWritten("2027-03-04T20:00:00Z")).toEqual(["2027-03-01", "2027-03-04"]);
  });

  test("the return does not end what somebody paused by hand, and neither does the end of another hold", async () => {
    await holdOutreach(staff, { scope: "contact", subject_id: contact.id });
    await away();
    const organisation = { scope: "organisation", subject_id: contact.organisationId } as const;
    await holdOutreach(staff, organisation);
    await resumeOutreach(staff, organisation);
    expect(await daysWritten("2027-03-20T12:00:00Z")).toEqual(["2027-03-01"]);
    expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "paused", state_reason: "manual" }]);
    await resumeOutreach(staff, { scope: "contact", subject_id: contact.id });
    expect(await daysWritten("2027-03-22T12:00:00Z")).toEqual(["2027-03-01", "2027-03-22"]);
  });

  test("two holds and an absence: the last of the three to end lets it go", async () => {
    await away();
    const letter = (await app.db("letters").first("id")) as { id: string };
    await holdOutreach(staff, { scope: "organisation", subject_id: contact.organisationId, until });
    await holdOutreach(staff, { scope: "letter", subject_id: letter.id, until: "2027-03-12T09:00:00Z" });
    expect(await daysWritten("2027-03-17T20:00:00Z")).toEqual(["2027-03-01", "2027-03-17"]);
  });
});
