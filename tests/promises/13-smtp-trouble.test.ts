import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Sending } from "../../src/domain/mail/commit-service.js";
import { processDueMail } from "../../src/domain/mail/sending-service.js";
import { MINUTE } from "../../src/platform/clock.js";
import { silentLog } from "../../src/platform/log.js";
import { DEADLINES, smtpMailer, type Mailer } from "../../src/platform/mailer.js";
import { sendingOf } from "../../src/worker/schedule.js";
import { staffCtx, testApp, type TestApp } from "../support/app.js";
import { faultServer, type Fault, type FaultServer, type FaultStage } from "../support/fault-server.js";
import { aContact, aLetter, aMailing, messageTo, type TestContact } from "../support/mailing.js";
import { settle } from "../support/settle.js";

let app: TestApp;
let server: FaultServer;
let mailer: Mailer;
let sending: Sending;

beforeAll(async () => {
  app = await testApp();
  server = await faultServer();
});
afterAll(async () => {
  await server.close();
  await app.close();
});
beforeEach(async () => {
  await app.database.clean();
  server.misbehave(null);
  server.recipients.length = 0;
  mailer = smtpMailer(`smtp://127.0.0.1:${server.port}`, silentLog(), {
    deadlines: { toData: 600, toReply: 600 },
  });
  sending = { ...sendingOf(app), mailer };
});
afterEach(() => mailer.close());

async function mailsTo(count: number): Promise<TestContact[]> {
  const letter = await aLetter(app);
  const contacts: TestContact[] = [];
  for (let n = 0; n < count; n += 1) contacts.push(await aContact(app));
  await aMailing(await staffCtx(app), letter, contacts);
  return contacts;
}

const tick = (): Promise<number> => processDueMail(app.system, sending, 50);
const states = (): Promise<string[]> => app.db("messages").distinct("state").pluck("state");

describe("promise 13: trouble with the mail server costs time, and nothing else", () => {
  test("the deadlines are 60 seconds in all until the server wants the mail, then ten minutes", () => {
    expect(DEADLINES).toEqual({ toData: 60_000, toReply: 600_000 });
  });

  test("an outage of ten minutes drains by itself, and nobody gets a mail twice", async () => {
    const contacts = await mailsTo(30);
    await server.refuse();
    for (let minute = 0; minute < 10; minute += 1) {
      await tick();
      app.clock.advance(MINUTE);
    }
    expect(await states()).toEqual(["queued"]);
    await server.listen();
    for (let minute = 0; minute < 20; minute += 1) {
      await tick();
      app.clock.advance(MINUTE);
    }
    expect(await states()).toEqual(["sent"]);
    expect([...server.recipients].sort()).toEqual(contacts.map((contact) => contact.email).sort());
    expect(await app.db("tasks")).toEqual([]);
  });

  const waits: [FaultStage, Fault][] = [
    ["rcpt", { answer: "421 4.3.2 closing" }],
    ["rcpt", { answer: "451 4.7.1 greylisted, come back" }],
    ["connect", "tarpit"],
    ["rcpt", "tarpit"],
    ["data", "silence"],
    ["mail", "reset"],
  ];
  test.each(waits)("at %s, %j: the mail waits, then goes out once", async (at, how) => {
    const [contact] = await mailsTo(1);
    server.misbehave({ at, how });
    await tick();
    expect(await messageTo(app, contact!)).toMatchObject({ state: "queued", attempts: 1 });
    expect(server.recipients).toEqual([]);
    server.misbehave(null);
    await tick();
    expect(server.recipients).toEqual([]);
    app.clock.advance(MINUTE);
    await tick();
    expect(await messageTo(app, contact!)).toMatchObject({ state: "sent", attempts: 2 });
    expect(server.recipients).toEqual([contact!.email]);
    expect(await app.db("contacts").pluck("status")).toEqual(["active"]);
  });

  const unknown: [FaultStage, Fault, number][] = [
    ["dot", "reset", 1],
    ["dot", "silence", 1],
    ["dot", "tarpit", 1],
    ["body", "silence", 0],
  ];
  test.each(unknown)(
    "at %s, %j: nobody knows, so it isn't sent again, and a person is asked",
    async (at, how, had) => {
      const [contact] = await mailsTo(1);
      server.misbehave({ at, how });
      await tick();
      server.misbehave(null);
      for (let hour = 0; hour < 30; hour += 1) {
        app.clock.advance(60 * MINUTE);
        await settle(app);
        await tick();
      }
      expect(await messageTo(app, contact!)).toMatchObject({ state: "uncertain" });
      expect(server.recipients).toHaveLength(had);
      expect(await app.db("tasks").pluck("kind")).toEqual(["uncertain_message"]);
    },
  );

  test("an unknown address is marked as such, where its contact is shown", async () => {
    const [contact] = await mailsTo(1);
    server.misbehave({ at: "rcpt", how: { answer: "550 5.1.1 user unknown" } });
    await tick();
    expect(await messageTo(app, contact!)).toMatchObject({ state: "failed", state_reason: "address_dead" });
    expect(await app.db("contacts").pluck("status")).toEqual(["address_invalid"]);
    expect(await app.db("tasks").pluck("kind")).toEqual(["find_contact"]);
  });
});
