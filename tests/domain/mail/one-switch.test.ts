import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { DAY, HOUR } from "../../../src/platform/clock.js";
import { commitMail } from "../../../src/domain/mail/commit-service.js";
import { claimDueMail } from "../../../src/domain/mail/sending-service.js";
import { queueMail } from "../../../src/domain/mail/service.js";
import { resumeAllOutreach, showSending, stopAllOutreach } from "../../../src/domain/mail/switch-service.js";
import type { MailPolicy } from "../../../src/domain/mail/verdict-service.js";
import { sendingOf } from "../../../src/worker/schedule.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, aMailing, historyOf, messageTo, type TestLetter } from "../../support/mailing.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
let letter: TestLetter;
const REASON = { reason: "a wrong sentence in the mail" };

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.database.clean();
  letter = await aLetter(app);
});

describe("the one switch", () => {
  test("stops outreach at once and leaves mail alone that answers what somebody just did", async () => {
    const contact = await aContact(app);
    await aMailing(await staffCtx(app), letter, [contact]);
    await queueMail(app.system, {
      purpose: "transactional",
      sendKey: "thanks",
      template: "outreach",
      data: { subject: "s", body: "b" },
      language: "en",
      to: { email: "zoe@vesta.example", name: null },
    });
    await stopAllOutreach(await staffCtx(app, "outreach"), REASON);
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "queued", attempts: 0 });
    expect(await app.db("messages").where({ purpose: "transactional" }).pluck("state")).toEqual(["sent"]);
    await resumeAllOutreach(await staffCtx(app));
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "sent" });
  });

  test("holds what was claimed before it, and lets it go once outreach goes on", async () => {
    const contact = await aContact(app);
    await aMailing(await staffCtx(app), letter, [contact]);
    const claim = await claimDueMail(app.system, sendingOf(app), 10);
    expect(claim.rows).toHaveLength(1);
    await stopAllOutreach(app.system, REASON);
    expect(await commitMail(app.system, sendingOf(app), claim)).toEqual([]);
    const held = await messageTo(app, contact);
    expect(held).toMatchObject({ state: "queued", held_reason: "sending_stopped", attempts: 0 });
    await resumeAllOutreach(app.system);
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "sent", held_reason: null });
    expect(await historyOf(app, held["id"])).toEqual([
      "queued",
      "claimed",
      "queued",
      "claimed",
      "sending",
      "sent",
    ]);
  });

  test("still cancels at the commit point what has a reason of its own to stop", async () => {
    const contact = await aContact(app);
    await aMailing(await staffCtx(app), letter, [contact]);
    const claim = await claimDueMail(app.system, sendingOf(app), 10);
    await stopAllOutreach(app.system, REASON);
    await app.db("contacts").update({ status: "left" });
    await commitMail(app.system, sendingOf(app), claim);
    expect(await messageTo(app, contact)).toMatchObject({
      state: "cancelled",
      state_reason: "contact_inactive",
    });
  });

  test("off for a week makes nothing expire: each mail gets the time back that it lost", async () => {
    const contact = await aContact(app);
    await aMailing(await staffCtx(app), letter, [contact]);
    const before = (await messageTo(app, contact))["expires_at"] as Date;
    await stopAllOutreach(app.system, REASON);
    app.clock.advance(7 * DAY);
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "queued" });
    await resumeAllOutreach(app.system);
    const after = (await messageTo(app, contact))["expires_at"] as Date;
    expect(after.getTime() - before.getTime()).toBe(7 * DAY);
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "sent" });
    app.clock.advance(-7 * DAY);
  });

  test("does not prolong what was queued after the stop and is not due yet", async () => {
    await stopAllOutreach(app.system, REASON);
    const contact = await aContact(app);
    await aMailing(await staffCtx(app), letter, [contact]);
    const later = new Date(app.clock.now().getTime() + DAY);
    await app.db("messages").update({ due_at: later });
    const before = (await messageTo(app, contact))["expires_at"];
    app.clock.advance(HOUR);
    await resumeAllOutreach(app.system);
    expect((await messageTo(app, contact))["expires_at"]).toEqual(before);
    app.clock.advance(-HOUR);
  });

  test("is turned off by administrators and outreach, with a reason, and on again by administrators only", async () => {
    const outreach = await staffCtx(app, "outreach");
    await expect(stopAllOutreach(await staffCtx(app, "editor"), REASON)).rejects.toMatchObject({
      kind: "forbidden",
    });
    await expect(stopAllOutreach(outreach, { reason: " " })).rejects.toMatchObject({
      fields: { reason: "errors.field.required" },
    });
    await expect(stopAllOutreach(outreach, REASON)).resolves.toEqual({ changed: true });
    await expect(stopAllOutreach(app.system, { reason: "again" })).resolves.toEqual({ changed: false });
    expect(await showSending(outreach)).toMatchObject({ reason: REASON.reason, waiting: 0 });
    await expect(resumeAllOutreach(outreach)).rejects.toMatchObject({ kind: "forbidden" });
    await expect(resumeAllOutreach(await staffCtx(app))).resolves.toEqual({ changed: true });
    await expect(resumeAllOutreach(app.system)).resolves.toEqual({ changed: false });
    expect(await app.db("activity").orderBy("at").orderBy("id").pluck("action")).toEqual(
      expect.arrayContaining(["sending.stopped", "sending.resumed"]),
    );
  });

  test("turned while mails go out: no commit point passes a stop that has committed (40 rounds)", async () => {
    const staff = await staffCtx(app);
    const sending = sendingOf(app);
    let passed = 0;
    let amidst: (() => void) | undefined;
    const watched: MailPolicy = {
      // A third of the stops begin here, inside a commit point, and have time to commit if nothing holds them.
      mayGoOut: async (tx, messages) => {
        amidst?.();
        await aMoment();
        return sending.policy.mayGoOut(tx, messages);
      },
      // Runs last in the transaction of the commit point; looks from outside for a stop that is already there.
      settled: async (tx, messages) => {
        const going = (await tx.db("messages").where({ state: "sending" }).pluck("id")) as string[];
        const stopped = await app.database.adminDb("sending_control").whereNotNull("stopped_at");
        if (going.length > 0) passed += stopped.length;
        await sending.policy.settled(tx, messages);
      },
    };
    const states = new Set<unknown>();
    for (let round = 0; round < 40; round += 1) {
      const contact = await aContact(app);
      await aMailing(staff, letter, [contact]);
      const claim = await claimDueMail(app.system, sendingOf(app), 5);
      let stop: Promise<unknown> = Promise.resolve();
      const begin = () => {
        stop = stopAllOutreach(app.system, REASON);
      };
      amidst = round % 3 === 1 ? begin : undefined;
      if (round % 3 === 0) begin();
      if (round % 6 === 0) await stop;
      const mails = commitMail(app.system, { ...sending, policy: watched }, claim);
      if (round % 3 === 2) await aMoment().then(begin);
      await mails;
      await stop;
      const { state } = await messageTo(app, contact);
      states.add(state);
      await app.db("messages").where({ state: "sending" }).update({ state: "sent" });
      await resumeAllOutreach(app.system);
      await settle(app);
      expect(await messageTo(app, contact)).toMatchObject({ state: "sent" });
    }
    expect(passed).toBe(0);
    expect(states).toEqual(new Set(["sending", "queued"]));
  });
});

function aMoment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
}
