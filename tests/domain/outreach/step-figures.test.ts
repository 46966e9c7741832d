import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { stepFigures, type StepFigures } from "../../../src/domain/outreach/desk-views.js";
import { endEnrolment } from "../../../src/domain/outreach/enrolment-service.js";
import { DAY } from "../../../src/platform/clock.js";
import type { Ctx } from "../../../src/platform/context.js";
import { START, signedIn, staffCtx, testApp, type TestApp } from "../../support/app.js";
import { bounceMail, rawMail, takeIn } from "../../support/inbound.js";
import { aContact, aLetter, type TestContact, type TestLetter } from "../../support/mailing.js";
import { aSequence, aStep, enrol, enrolmentsOf, messagesTo } from "../../support/sequence.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
let staff: Ctx;
let letter: TestLetter;
let sequence: { id: string };

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.database.clean();
  app.clock.set(START);
  staff = await staffCtx(app);
  letter = await aLetter(app);
  sequence = await aSequence(staff, letter, {
    rules: { window: null },
    steps: [aStep("First"), aStep("Second", { delay_days: 2 })],
  });
});

/** A contact who has got the first mail, or both. */
async function written(mails: 1 | 2 = 1): Promise<TestContact> {
  const contact = await aContact(app);
  await enrol(staff, sequence, [contact]);
  await settle(app);
  if (mails === 2) {
    app.clock.advance(3 * DAY);
    await settle(app);
  }
  return contact;
}

/** Something that comes back to the last mail but `back` to a contact. */
async function comesBack(contact: TestContact, headers: Record<string, string> = {}, back = 0) {
  const messages = (await messagesTo(app, contact)).filter((each) => each.state === "sent");
  const to = messages.at(-1 - back)?.message_id ?? "";
  const from = { From: `Ada Park <${contact.email}>`, "In-Reply-To": to, References: to };
  await takeIn(app, rawMail({ ...from, ...headers }, "Thank you, tell me more about the letter."));
}

/** The figures of the first and the second mail. */
async function figures(): Promise<(StepFigures | undefined)[]> {
  const byKey = await stepFigures(staff, sequence.id);
  const steps = await app.db("steps").where({ sequence_id: sequence.id }).orderBy("position");
  return steps.map((step: { step_key: string }) => byKey.get(step.step_key));
}

describe("how each mail of a sequence does", () => {
  test("an answer counts under the mail that it answers, once however often they write", async () => {
    const contact = await written(2);
    await comesBack(contact, {}, 1);
    await comesBack(contact, { "Message-ID": "<again@vesta.example>" }, 1);
    expect(await figures()).toMatchObject([
      { sent: 1, replied: 1 },
      { sent: 1, replied: 0 },
    ]);
  });

  test("a machine's answer is told apart from a person's, and does not hide it", async () => {
    const contact = await written();
    await comesBack(contact, { "Auto-Submitted": "auto-replied", Subject: "Automatic reply: I am away" });
    expect(await figures()).toMatchObject([{ replied: 0, autoReplied: 1 }, {}]);
    await comesBack(contact);
    expect(await figures()).toMatchObject([{ replied: 1, autoReplied: 1 }, {}]);
  });

  test("a mail that comes back counts under its own step, also after the next has gone out", async () => {
    const contact = await written(2);
    const [first] = await messagesTo(app, contact);
    await takeIn(app, bounceMail({ to: contact.email, returned: first?.message_id }));
    expect(await figures()).toMatchObject([
      { sent: 1, bounced: 1 },
      { sent: 1, bounced: 0 },
    ]);
  });

  test("a meeting that staff note counts as an answer to the last mail, but not a second time", async () => {
    const [met, wrote] = [await written(), await written()];
    await comesBack(wrote);
    const [enrolment] = await enrolmentsOf(app, met);
    await endEnrolment(staff, enrolment!.id, { reason: "meeting" });
    expect(await figures()).toMatchObject([{ sent: 2, replied: 2 }, {}]);
  });

  test("the page of the sequence shows them", async () => {
    const contact = await written();
    await comesBack(contact, { "Auto-Submitted": "auto-replied", Subject: "Automatic reply: I am away" });
    const [message] = await messagesTo(app, contact);
    const at = app.clock.now();
    const event = { id: message!.enrolment_id, message_id: message!.id, at, kind: "complained" };
    await app.db("message_events").insert(event);
    const page = await (await signedIn(app)).get(`/console/sequences/${sequence.id}`).expect(200);
    expect(page.text).toContain("1 automatic");
    expect(page.text).toContain("1 complaint<");
  });
});
