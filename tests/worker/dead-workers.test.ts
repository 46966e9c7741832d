import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { takeDueMail } from "../../src/domain/mail/sending-service.js";
import { resolveMessage } from "../../src/domain/mail/deciding-service.js";
import { timeWatch } from "../../src/domain/mail/time-step.js";
import { recoverFromDead, reportWorker } from "../../src/domain/mail/worker-service.js";
import { outreachPolicy } from "../../src/domain/outreach/policy-service.js";
import { MINUTE } from "../../src/platform/clock.js";
import { newId } from "../../src/platform/ids.js";
import { isGone, ownIdentity, type ProcessIdentity } from "../../src/platform/process-identity.js";
import { sendingOf } from "../../src/worker/schedule.js";
import { staffCtx, testApp, type TestApp } from "../support/app.js";
import { aContact, aLetter, aMailing, messageTo, type TestContact } from "../support/mailing.js";
import { smtpSink, type SmtpSink } from "../support/smtp-sink.js";

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
  contact = await aContact(app);
  await aMailing(await staffCtx(app), await aLetter(app), [contact]);
});

/** Lets a worker of this identity take the mail past its commit point. */
async function committedBy(identity: ProcessIdentity): Promise<() => Promise<void>> {
  const worker = { id: newId(app.clock), watch: timeWatch(() => 0), halt: undefined };
  const guard = { mark: app.mark, worker };
  await reportWorker(app.system, guard, identity);
  const { mails } = await takeDueMail(app.system, { ...sendingOf(app), guard }, 1);
  expect(mails).toHaveLength(1);
  return () => reportWorker(app.system, guard, identity, true);
}

const recover = (): Promise<number> => recoverFromDead(app.system, outreachPolicy);
/** A process that lived on this machine: its number has been given to nobody, or to another process since. */
const dead = (): ProcessIdentity => ({ ...ownIdentity(), pidStart: "1" });

describe("the mails of a worker that is gone", () => {
  test("are shown to staff as soon as a successor looks, long before their lease ends", async () => {
    await committedBy(dead());
    expect(await recover()).toBe(1);
    expect(await messageTo(app, contact)).toMatchObject({ state: "uncertain", state_reason: "no_verdict" });
    expect(await app.db("tasks").pluck("kind")).toEqual(["uncertain_message"]);
    expect(await recover()).toBe(0);
  });

  test("are not sent again before their deadline: what it had handed to the network may still arrive", async () => {
    await committedBy(dead());
    await recover();
    const { id } = await messageTo(app, contact);
    const staff = await staffCtx(app);
    await expect(resolveMessage(staff, String(id), { as: "requeue" })).rejects.toMatchObject({
      code: "message.still_sending",
    });
    app.clock.advance(17 * MINUTE);
    await resolveMessage(staff, String(id), { as: "requeue" });
  });

  test("go back to the queue where it had only claimed them", async () => {
    await committedBy(dead());
    await app.db("messages").update({ state: "claimed" });
    expect(await recover()).toBe(1);
    expect(await messageTo(app, contact)).toMatchObject({ state: "queued", state_reason: "claim_lapsed" });
  });

  test("are recovered, too, when it stopped without a word about them", async () => {
    const stop = await committedBy(ownIdentity());
    expect(await recover()).toBe(0);
    await stop();
    expect(await recover()).toBe(1);
  });

  test("stay with it while it lives, and when nobody here can know that it does not", async () => {
    for (const identity of [
      ownIdentity(),
      { ...dead(), host: "elsewhere" },
      { ...dead(), boot: "another" },
      { ...dead(), namespace: "pid:[1]" },
    ]) {
      expect(isGone(identity)).toBe(false);
    }
    await committedBy({ ...dead(), host: "elsewhere" });
    expect(await recover()).toBe(0);
    expect(await messageTo(app, contact)).toMatchObject({ state: "sending" });
  });
});
