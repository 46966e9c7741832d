import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { suppress } from "../../../src/domain/consent/service.js";
import { queueMail } from "../../../src/domain/mail/service.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, aMailing, messageTo, type TestLetter } from "../../support/mailing.js";
import { settle } from "../../support/settle.js";
import { smtpSink, type SmtpSink } from "../../support/smtp-sink.js";

let sink: SmtpSink;
let app: TestApp;
let letter: TestLetter;

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
  sink.behave("accept");
  letter = await aLetter(app);
});

describe("stop rules are asked at the commit point, from rows", () => {
  const stops: [
    string,
    string,
    string,
    (contact: Awaited<ReturnType<typeof aContact>>) => Promise<unknown>,
  ][] = [
    [
      "the address was suppressed",
      "suppressed",
      "suppressed",
      (contact) => suppress(app.system, { addressHash: contact.hash, reason: "staff", source: "test" }),
    ],
    [
      "it was suppressed for this letter",
      "suppressed",
      "suppressed",
      (contact) =>
        suppress(app.system, {
          email: contact.email,
          letterId: letter.id,
          reason: "declined",
          source: "test",
        }),
    ],
    [
      "the contact left",
      "cancelled",
      "contact_inactive",
      (contact) => app.db("contacts").where({ id: contact.id }).update({ status: "left" }),
    ],
    [
      "the address turned out dead",
      "cancelled",
      "address_invalid",
      (contact) => app.db("contacts").where({ id: contact.id }).update({ status: "address_invalid" }),
    ],
    [
      "the contact has another address now",
      "cancelled",
      "address_changed",
      (contact) =>
        app
          .db("contacts")
          .where({ id: contact.id })
          .update({ email: "new@x.example", address_hash: app.keys.addressHash("new@x.example") }),
    ],
    [
      "the letter was closed",
      "cancelled",
      "letter_closed",
      () => app.db("letters").update({ state: "closed" }),
    ],
    [
      "the organisation declined",
      "cancelled",
      "declined",
      (contact) =>
        app.db("declines").insert({
          id: contact.id,
          letter_id: letter.id,
          organisation_id: contact.organisationId,
          reason_code: "political",
          source: "oral",
          decided_at: app.clock.now(),
          created_at: app.clock.now(),
        }),
    ],
    [
      "a value went missing",
      "blocked",
      "missing contact.name",
      (contact) => app.db("contacts").where({ id: contact.id }).update({ name: null }),
    ],
  ];
  test.each(stops)("%s", async (_name, state, reason, stop) => {
    const contact = await aContact(app);
    await aMailing(await staffCtx(app), letter, [contact]);
    await stop(contact);
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state, state_reason: reason });
    expect(sink.mails).toHaveLength(0);
  });

  test("a suppression for another letter does not stop this one", async () => {
    const contact = await aContact(app);
    const other = await aLetter(app);
    await suppress(app.system, {
      email: contact.email,
      letterId: other.id,
      reason: "declined",
      source: "test",
    });
    await aMailing(await staffCtx(app), letter, [contact]);
    await settle(app);
    expect(sink.mails).toHaveLength(1);
  });

  test("a machine mail goes out to a suppressed address: it answers what that person just did", async () => {
    await suppress(app.system, { email: "zoe@vesta.example", reason: "unsubscribed", source: "test" });
    await queueMail(app.system, {
      purpose: "transactional",
      sendKey: "k3",
      template: "outreach",
      data: { subject: "s", body: "b" },
      language: "en",
      to: { email: "zoe@vesta.example", name: null },
    });
    await settle(app);
    expect(sink.mails).toHaveLength(1);
  });
});
