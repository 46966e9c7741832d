import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { resetCountryPolicy, setCountryPolicy } from "../../../src/domain/consent/policy-service.js";
import { approveOneMessage, approveMailing } from "../../../src/domain/outreach/approval-service.js";
import { previewMailing } from "../../../src/domain/outreach/preview-service.js";
import { queueSavedMailing, saveMailing } from "../../../src/domain/outreach/service.js";
import { newId } from "../../../src/platform/ids.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { rawMail, takeIn } from "../../support/inbound.js";
import {
  aContact,
  aLetter,
  aMailing,
  messageTo,
  WORDS,
  type TestContact,
  type TestLetter,
} from "../../support/mailing.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
let letter: TestLetter;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.database.clean();
  letter = await aLetter(app);
});

const rule = (role: string, person: string) => ({
  first_contact: role as "allowed",
  first_contact_person: person as "allowed",
  why: "Counsel looked at it.",
  source: "Letter of counsel",
});
const german = (email?: string): Promise<TestContact> =>
  aContact(app, { country: "DE", ...(email ? { email } : {}) });

describe("the first mail to somebody in a country that forbids it", () => {
  test("is not planned: the contact is left out with the reason", async () => {
    const contact = await german();
    const staff = await staffCtx(app);
    const id = newId(app.clock);
    await saveMailing(staff, { id, letter: letter.slug, ...WORDS });
    const { choice } = await previewMailing(staff, id);
    expect(choice.leftOut).toMatchObject([
      { candidate: { contactId: contact.id }, reason: "country_forbids_first_contact" },
    ]);
  });

  test("does not go out either when the rule comes after queueing", async () => {
    const contact = await aContact(app, { country: "SE" });
    await aMailing(await staffCtx(app), letter, [contact]);
    await setCountryPolicy(await staffCtx(app), "SE", rule("forbidden", "forbidden"));
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({
      state: "cancelled",
      state_reason: "country_forbids_first_contact",
    });
  });

  test("goes out to who agreed, to who knows us, and to whom we wrote before", async () => {
    const people = [await german(), await german(), await aContact(app, { country: "SE" })];
    const [agreed, knows, written] = people as [TestContact, TestContact, TestContact];
    await app.db("contacts").where({ id: agreed.id }).update({ lawful_basis: "consent" });
    await app.db("contacts").where({ id: knows.id }).update({ lawful_basis: "existing_relationship" });
    const staff = await staffCtx(app);
    await aMailing(staff, letter, [written]);
    await settle(app);
    await setCountryPolicy(staff, "SE", rule("forbidden", "forbidden"));
    const second = await aLetter(app);
    const { queued } = await aMailing(staff, second, people);
    expect(queued).toBe(3);
    await settle(app);
    const states = await app.db("messages").where({ letter_id: second.id }).pluck("state");
    expect(states).toEqual(["sent", "sent", "sent"]);
  });
});

describe("somebody who wrote to us", () => {
  test("gets no first mail any more; an automatic answer is nobody's word", async () => {
    const [wrote, away] = [await german("info@wrote.example"), await german("info@away.example")];
    await takeIn(app, rawMail({ From: wrote.email }, "Could you send us the text of your letter?"));
    const automatic = { From: away.email, "Auto-Submitted": "auto-replied", Subject: "Out of office" };
    await takeIn(app, rawMail(automatic, "I am out of the office until further notice."));
    expect(await app.db("inbound_mails").orderBy("taken_in_at").pluck("contact_id")).toEqual([
      wrote.id,
      away.id,
    ]);
    await aMailing(await staffCtx(app), letter, [wrote, away]);
    await settle(app);
    expect(await messageTo(app, wrote)).toMatchObject({ state: "sent" });
    expect(await messageTo(app, away)).toMatchObject({ state: "draft" });
  });
});

describe("the first mail to somebody in a country that asks for care", () => {
  test("waits as a draft until a person has looked at it", async () => {
    const contact = await german("info@vesta-orbital.example");
    const staff = await staffCtx(app, "outreach");
    await aMailing(staff, letter, [contact]);
    await settle(app);
    const message = await messageTo(app, contact);
    expect(message).toMatchObject({ state: "draft", state_reason: "approve_first_contact" });
    await approveOneMessage(staff, message["id"] as string);
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "sent" });
  });

  test("is not let out by the approval of its whole mailing", async () => {
    const staff = await staffCtx(app);
    const contact = await german("info@vesta-orbital.example");
    for (let n = 0; n < 50; n += 1) await aContact(app);
    const id = newId(app.clock);
    await saveMailing(staff, { id, letter: letter.slug, ...WORDS });
    expect(await queueSavedMailing(staff, id)).toMatchObject({ state: "waiting", queued: 51 });
    await approveMailing(await staffCtx(app), id);
    expect(await messageTo(app, contact)).toMatchObject({ state: "draft" });
    expect(await app.db("messages").where({ state: "queued" })).toHaveLength(50);
  });

  test("is held at the commit point when the rule comes after queueing, and goes once approved", async () => {
    const contact = await aContact(app, { country: "SE" });
    const staff = await staffCtx(app);
    await aMailing(staff, letter, [contact]);
    await setCountryPolicy(staff, "SE", rule("approve_each", "approve_each"));
    await settle(app);
    const message = await messageTo(app, contact);
    expect(message).toMatchObject({ state: "queued", held_reason: "approve_first_contact", attempts: 0 });
    await approveOneMessage(staff, message["id"] as string);
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "sent" });
  });
});

describe("the rule of a country", () => {
  test("is set by administrators, with a reason and a source, and can be taken back", async () => {
    const admin = await staffCtx(app);
    await expect(
      setCountryPolicy(await staffCtx(app, "outreach"), "DE", rule("allowed", "allowed")),
    ).rejects.toMatchObject({ kind: "forbidden" });
    await expect(
      setCountryPolicy(admin, "DE", { ...rule("allowed", "allowed"), why: "" }),
    ).rejects.toMatchObject({ fields: { why: "errors.field.required" } });
    await expect(setCountryPolicy(admin, "QX", rule("allowed", "allowed"))).rejects.toMatchObject({
      kind: "not_found",
    });
    await setCountryPolicy(admin, "DE", rule("allowed", "allowed"));
    const contact = await german();
    expect(await aMailing(admin, letter, [contact])).toMatchObject({ queued: 1 });
    await resetCountryPolicy(admin, "DE");
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state_reason: "country_forbids_first_contact" });
    const acts = await app
      .db("activity")
      .whereLike("action", "country_policy.%")
      .orderBy("at")
      .pluck("action");
    expect(new Set(acts)).toEqual(new Set(["country_policy.reset", "country_policy.set"]));
  });
});
