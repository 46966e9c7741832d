import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { processDueMail } from "../../src/domain/mail/sending-service.js";
import type { MailPolicy } from "../../src/domain/mail/verdict-service.js";
import { sendingOf } from "../../src/worker/schedule.js";
import { staffCtx, testApp, type TestApp } from "../support/app.js";
import { rawMail, takeIn } from "../support/inbound.js";
import { aContact, aLetter, aMailing, messageTo } from "../support/mailing.js";
import { settle } from "../support/settle.js";

let app: TestApp;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(() => app.database.clean());

function aMoment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
}

test("a reply that is in before a mail's commit point stops that mail (120 rounds)", async () => {
  const staff = await staffCtx(app);
  const letter = await aLetter(app);
  const sending = sendingOf(app);
  let passed = 0;
  const watched: MailPolicy = {
    ...sending.policy,
    // Runs last in the transaction of the commit point; looks from outside for an answer that is already there.
    settled: async (tx, messages) => {
      const going = (await tx
        .db("messages")
        .where({ state: "sending" })
        .pluck("organisation_id")) as string[];
      const heard = await app
        .db("inbound_mails")
        .whereIn("organisation_id", going)
        .whereNot({ actions: "[]" });
      passed += heard.length;
      await sending.policy.settled(tx, messages);
    },
  };
  const states: unknown[] = [];
  for (let round = 0; round < 120; round += 1) {
    const contact = await aContact(app, { email: `ada${round}@firm${round}.example` });
    await aMailing(staff, letter, [contact]);
    // Every third round a colleague answers, whom we know by the domain only.
    const from = round % 3 === 0 ? `zoe@firm${round}.example` : contact.email;
    const reply = rawMail({ From: from }, `No mails any more, please ring me, ${round}.`);
    await Promise.all([
      aMoment().then(() => takeIn(app, reply)),
      aMoment().then(() => processDueMail(app.system, { ...sending, policy: watched })),
    ]);
    await settle(app);
    const { state, state_reason: reason } = await messageTo(app, contact);
    states.push(state);
    if (state === "cancelled") expect(["replied", "org_replied"]).toContain(reason);
  }
  expect(passed).toBe(0);
  expect(new Set(states)).toEqual(new Set(["sent", "cancelled"]));
}, 120_000);
