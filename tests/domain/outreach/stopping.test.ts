import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { holdEnrolmentMessages } from "../../../src/domain/mail/holding-service.js";
import { pauseOutreach, stopOutreach } from "../../../src/domain/outreach/stopping-service.js";
import { DAY } from "../../../src/platform/clock.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, aMailing, messageTo, type TestContact } from "../../support/mailing.js";
import { settle } from "../../support/settle.js";

let app: TestApp;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(() => app.database.clean());

const enrolmentOf = (contact: TestContact) =>
  app.db("enrolments").where({ contact_id: contact.id }).first("state", "state_reason", "paused_until");

test("an answer ends what runs for the contact and, as a colleague's answer, for the others of the organisation", async () => {
  const letter = await aLetter(app);
  const ada = await aContact(app);
  const ben = await aContact(app, { organisationId: ada.organisationId });
  const other = await aContact(app);
  await aMailing(await staffCtx(app), letter, [ada, ben, other]);
  const scope = { organisationId: ada.organisationId };
  expect(await stopOutreach(app.system, scope, { contactId: ada.id, reason: "replied" })).toBe(2);
  expect(await enrolmentOf(ada)).toMatchObject({ state: "finished", state_reason: "replied" });
  expect(await enrolmentOf(ben)).toMatchObject({ state: "finished", state_reason: "org_replied" });
  expect(await messageTo(app, ben)).toMatchObject({ state: "cancelled", state_reason: "org_replied" });
  await settle(app);
  expect(await messageTo(app, other)).toMatchObject({ state: "sent" });
});

test("a mail that is held is not due, does not expire, and goes once it is let go", async () => {
  const letter = await aLetter(app);
  const ada = await aContact(app);
  await aMailing(await staffCtx(app), letter, [ada]);
  const until = new Date(app.clock.now().getTime() + 9 * DAY);
  const scope = { organisationId: ada.organisationId, contactId: ada.id };
  expect(await pauseOutreach(app.system, scope, { reason: "out_of_office", until })).toBe(1);
  expect(await enrolmentOf(ada)).toMatchObject({ state: "paused", paused_until: until });
  app.clock.advance(8 * DAY);
  await settle(app);
  const message = await messageTo(app, ada);
  expect(message).toMatchObject({ state: "queued", held_reason: "out_of_office", attempts: 0 });
  await holdEnrolmentMessages(app.system, [String(message["enrolment_id"])], null);
  expect(await messageTo(app, ada)).toMatchObject({ state: "queued", held_reason: null });
});
