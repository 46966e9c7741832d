import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { stopOutreach } from "../../../src/domain/outreach/stopping-service.js";
import { DAY } from "../../../src/platform/clock.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, aMailing, messageTo, type TestContact } from "../../support/mailing.js";
import { settle } from "../../support/settle.js";
import { smtpSink, type SmtpSink } from "../../support/smtp-sink.js";

let sink: SmtpSink;
let app: TestApp;
let contact: TestContact;

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
  sink.mails.length = 0;
  contact = await aContact(app);
  await aMailing(await staffCtx(app), await aLetter(app), [contact]);
});

async function tenDaysIn(state: Record<string, unknown>): Promise<unknown> {
  await app.db("messages").update(state);
  app.clock.advance(10 * DAY);
  await settle(app);
  expect(sink.mails).toHaveLength(0);
  return (await messageTo(app, contact))["state"];
}

const tasks = (): Promise<string[]> => app.db("tasks").pluck("kind");

test("a mail that waits in the queue for too long expires, and a task says so", async () => {
  expect(await tenDaysIn({ state: "queued" })).toBe("expired");
  expect(await tasks()).toEqual(["expired_message"]);
});

test("a mail that lacks a value for too long expires, and a task says so", async () => {
  expect(await tenDaysIn({ state: "blocked", state_reason: "missing contact.name" })).toBe("expired");
  expect(await tasks()).toEqual(["expired_message"]);
});

test("the task to fill in what a mail lacks is off the list once that mail will not go out any more", async () => {
  const open = (): Promise<string[]> => app.db("tasks").whereNull("done_at").pluck("kind");
  const nameless = await aContact(app, { name: null });
  const staff = await staffCtx(app);
  await aMailing(staff, await aLetter(app), [nameless]);
  expect(await open()).toEqual(["blocked_message"]);
  app.clock.advance(10 * DAY);
  await settle(app);
  expect(await open()).not.toContain("blocked_message");
  const other = await aContact(app, { name: null });
  await aMailing(staff, await aLetter(app), [other]);
  expect(await open()).toContain("blocked_message");
  const scope = { organisationId: other.organisationId };
  await stopOutreach(app.system, scope, { contactId: other.id, reason: "replied" });
  expect(await open()).not.toContain("blocked_message");
});

test("a draft that waits for a second person keeps its time: it begins with the approval", async () => {
  expect(await tenDaysIn({ state: "draft" })).toBe("draft");
  expect(await tasks()).toEqual([]);
});

test("a mail that is held does not expire", async () => {
  expect(await tenDaysIn({ state: "queued", held_reason: "manual" })).toBe("queued");
  expect(await tasks()).toEqual([]);
});
