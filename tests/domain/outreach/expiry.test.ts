/** How long a mail is worth sending: three open days from when it is due and approved (ruling 4). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { approveMailing, settleMessage } from "../../../src/domain/outreach/approval-service.js";
import { changeSendingRules, showSendingRules } from "../../../src/domain/mail/sending-rules-service.js";
import { DAY, HOUR } from "../../../src/platform/clock.js";
import type { Ctx } from "../../../src/platform/context.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, aMailing, type TestContact, type TestLetter } from "../../support/mailing.js";
import { aSequence, enrol, enrolmentsOf, messagesTo } from "../../support/sequence.js";
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
  // A Thursday evening in Norway.
  app.clock.set("2027-03-04T20:00:00Z");
  letter = await aLetter(app);
  staff = await staffCtx(app);
});

async function people(count: number): Promise<TestContact[]> {
  const all: TestContact[] = [];
  for (let n = 0; n < count; n += 1) all.push(await aContact(app));
  return all;
}

const first = async (contact: TestContact) => (await messagesTo(app, contact))[0];

describe("a mail of a sequence", () => {
  test("is worth sending until the end of the third open day after it is due, and no longer", async () => {
    const [contact] = (await people(1)) as [TestContact];
    await enrol(staff, await aSequence(staff, letter), [contact]);
    expect(await first(contact)).toMatchObject({
      due_at: new Date("2027-03-05T08:00:00Z"),
      expires_at: new Date("2027-03-10T16:00:00Z"),
    });
    // Nobody looks from Thursday evening until after the last open day: nothing bursts out.
    app.clock.set("2027-03-10T16:00:01Z");
    await settle(app);
    expect(await first(contact)).toMatchObject({ state: "expired", sending_at: null });
    expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "finished", state_reason: "expired" }]);
    expect(await app.db("tasks").pluck("kind")).toEqual(["expired_message"]);
  });

  test("that is found on the third open day still goes", async () => {
    const [contact] = (await people(1)) as [TestContact];
    await enrol(staff, await aSequence(staff, letter), [contact]);
    app.clock.set("2027-03-10T15:30:00Z");
    await settle(app);
    expect(await first(contact)).toMatchObject({ state: "sent" });
  });

  test("that a person lets go again on a Friday evening has three open days from Monday", async () => {
    const [contact] = (await people(1)) as [TestContact];
    await app.db("contacts").where({ id: contact.id }).update({ name: null });
    await enrol(staff, await aSequence(staff, letter), [contact]);
    app.clock.set("2027-03-05T17:00:00Z");
    await app.db("contacts").where({ id: contact.id }).update({ name: "Ada Park" });
    await settleMessage(staff, (await first(contact))!.id, { as: "requeue" });
    expect(await first(contact)).toMatchObject({
      state: "queued",
      due_at: new Date("2027-03-08T08:00:00Z"),
      expires_at: new Date("2027-03-11T16:00:00Z"),
    });
  });
});

describe("a mail of a mailing, whose every day is open", () => {
  test("has three days from when it is queued", async () => {
    const [contact] = (await people(1)) as [TestContact];
    await aMailing(staff, letter, [contact]);
    expect(await first(contact)).toMatchObject({ expires_at: new Date("2027-03-07T20:00:00Z") });
  });

  test("has them from the approval where it waits for one", async () => {
    const all = await people(51);
    const { id } = await aMailing(staff, letter, all);
    app.clock.advance(9 * DAY);
    await approveMailing(await staffCtx(app), id);
    expect(await first(all[0]!)).toMatchObject({
      state: "queued",
      expires_at: new Date("2027-03-16T20:00:00Z"),
    });
    await settle(app);
    expect(await app.db("messages").distinct("state").pluck("state")).toEqual(["sent"]);
  });
});

test.each(["mailing", "sequence"])(
  "a backlog under a limit makes no mail of a %s expire, however long it takes",
  async (kind) => {
    const { row_version: version } = await showSendingRules(staff);
    await changeSendingRules(staff, { cap_domain_day: 1, row_version: version });
    const all: TestContact[] = [];
    for (const name of ["a", "b", "c", "d", "e", "f"]) {
      all.push(await aContact(app, { email: `${name}@one-domain.example` }));
    }
    if (kind === "mailing") await aMailing(staff, letter, all);
    else await enrol(staff, await aSequence(staff, letter), all);
    for (let day = 0; day < 14; day += 1) {
      for (let hour = 0; hour < 24; hour += 6, app.clock.advance(6 * HOUR)) await settle(app);
    }
    const states = await Promise.all(all.map(async (each) => (await first(each))?.state));
    expect(states).toEqual(all.map(() => "sent"));
    expect(await app.db("tasks").where({ kind: "expired_message" })).toEqual([]);
  },
);
