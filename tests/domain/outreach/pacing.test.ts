import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { changeSendingRules, showSendingRules } from "../../../src/domain/mail/sending-rules-service.js";
import { processDueMail } from "../../../src/domain/mail/sending-service.js";
import { DAY, HOUR, MINUTE } from "../../../src/platform/clock.js";
import { sendingOf } from "../../../src/worker/schedule.js";
import { bearer, browser, signedIn, staffCtx, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, aMailing, messageTo, type TestContact } from "../../support/mailing.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(() => app.database.clean());

async function send(): Promise<void> {
  while ((await processDueMail(app.system, sendingOf(app))) > 0);
}

/** A mail to each contact as a step of a sequence, queued now. */
async function aStep(to: readonly TestContact[], letter?: { id: string; slug: string }): Promise<void> {
  const { id } = await aMailing(await staffCtx(app), letter ?? (await aLetter(app)), to);
  await app.db("sequences").where({ id }).update({ kind: "sequence" });
}

const waits = (reason: string, milliseconds: number) => ({
  state: "queued",
  state_reason: reason,
  attempts: 0,
  due_at: new Date(app.clock.now().getTime() + milliseconds),
});

describe("a person", () => {
  test("gets a step no sooner than two days after another mail, whatever the letter", async () => {
    const contact = await aContact(app);
    await aMailing(await staffCtx(app), await aLetter(app), [contact]);
    await send();
    app.clock.advance(HOUR);
    await aStep([contact]);
    await send();
    const step = () => app.db("messages").orderBy("created_at", "desc").first();
    expect(await step()).toMatchObject(waits("contact_distance", 2 * DAY - HOUR));
    app.clock.advance(2 * DAY - HOUR);
    await send();
    expect(await step()).toMatchObject({ state: "sent", attempts: 1 });
  });

  test("gets one of two steps that come due together, and the other one later", async () => {
    const contact = await aContact(app);
    await aStep([contact]);
    await aStep([contact]);
    await send();
    expect(await app.db("messages").orderBy("state").pluck("state")).toEqual(["queued", "sent"]);
    app.clock.advance(MINUTE);
    await send();
    expect(await app.db("messages").where({ state: "queued" }).first()).toMatchObject(
      waits("contact_distance", 2 * DAY - MINUTE),
    );
  });

  test("gets at once a mailing that somebody wrote and sent off", async () => {
    const contact = await aContact(app);
    await aStep([contact]);
    await aMailing(await staffCtx(app), await aLetter(app), [contact]);
    await send();
    expect(await app.db("messages").pluck("state")).toEqual(["sent", "sent"]);
  });

  test("is written to without a distance where none is set", async () => {
    const staff = await staffCtx(app);
    await changeSendingRules(staff, { contact_distance_days: null, row_version: 1 });
    const contact = await aContact(app);
    await aStep([contact]);
    await aStep([contact]);
    await send();
    expect(await app.db("messages").pluck("state")).toEqual(["sent", "sent"]);
  });
});

describe("an organisation", () => {
  test("has one of its people written to at a time about one letter, in their turn", async () => {
    const letter = await aLetter(app);
    const first = await aContact(app);
    const second = await aContact(app, { organisationId: first.organisationId });
    await aStep([first], letter);
    await send();
    // The first one's sequence goes on.
    await app.db("enrolments").update({ state: "active", state_reason: null, finished_at: null });
    app.clock.advance(MINUTE);
    await aStep([second], letter);
    await send();
    expect(await messageTo(app, second)).toMatchObject(waits("colleague_first", DAY));
    await app
      .db("enrolments")
      .where({ contact_id: first.id })
      .update({ state: "finished", state_reason: "replied", finished_at: app.clock.now() });
    app.clock.advance(DAY);
    await send();
    expect(await messageTo(app, second)).toMatchObject({ state: "sent" });
  });

  test("has several written to where staff allows it", async () => {
    await changeSendingRules(await staffCtx(app), { one_contact_each: false, row_version: 1 });
    const letter = await aLetter(app);
    const first = await aContact(app);
    const second = await aContact(app, { organisationId: first.organisationId });
    await aStep([first], letter);
    await aStep([second], letter);
    await send();
    expect(await app.db("messages").pluck("state")).toEqual(["sent", "sent"]);
  });
});

describe("the rules for all outreach", () => {
  const page = "/console/sending/limits";

  test("are set on their page, and kept in the audit trail", async () => {
    const visitor = await signedIn(app, "outreach");
    const before = await visitor.get(page).expect(200);
    expect(before.text).toContain('name="contact_distance_days"');
    const form = {
      cap_domain_day: "20",
      cap_domain_minute: "",
      contact_distance_days: "5",
      row_version: "1",
    };
    await visitor.post(page).type("form").send(form).expect(303);
    expect(await showSendingRules(app.system)).toEqual({
      cap_domain_day: 20,
      cap_domain_minute: null,
      contact_distance_days: 5,
      one_contact_each: false,
      row_version: 2,
    });
    expect(await app.db("activity").where({ action: "sending.rules_changed" }).first()).toMatchObject({
      detail: { cap_domain_day: 20, contact_distance_days: 5, one_contact_each: false },
    });
  });

  test("come back with a sentence at what can't be, and refuse a form that is out of date", async () => {
    const visitor = await signedIn(app, "outreach");
    const bad = await visitor.post(page).type("form").send({ cap_domain_day: "0", row_version: "1" });
    expect([bad.status, bad.text.includes("This number is outside the range.")]).toEqual([422, true]);
    await visitor.post(page).type("form").send({ cap_domain_day: "5", row_version: "1" }).expect(303);
    const stale = await visitor.post(page).type("form").send({ cap_domain_day: "6", row_version: "1" });
    expect([stale.status, stale.text.includes("Somebody changed the rules")]).toEqual([422, true]);
  });

  test("are read and changed by scripts; what is left out stays", async () => {
    const token = await bearer(app, ["outreach:write"]);
    const api = browser(app);
    const path = "/api/v1/sending/limits";
    await api
      .patch(path)
      .set("Authorization", token)
      .send({ cap_domain_minute: 3, row_version: 1 })
      .expect(204);
    const answer = await api.get(path).set("Authorization", token).expect(200);
    expect(answer.body).toMatchObject({
      cap_domain_day: null,
      cap_domain_minute: 3,
      contact_distance_days: 2,
    });
    await api
      .patch(path)
      .set("Authorization", token)
      .send({ cap_domain_minute: 3, row_version: 1 })
      .expect(409);
  });
});
