import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { commitMail } from "../../../src/domain/mail/commit-service.js";
import {
  claimDueMail,
  processDueMail,
  recoverLeases,
  releaseClaim,
  takeDueMail,
} from "../../../src/domain/mail/sending-service.js";
import { resolveMessage } from "../../../src/domain/mail/deciding-service.js";
import { queueMail } from "../../../src/domain/mail/service.js";
import { verdictWriter } from "../../../src/domain/mail/verdict-service.js";
import { getContact, updateContact } from "../../../src/domain/organisations/service.js";
import { outreachPolicy } from "../../../src/domain/outreach/policy-service.js";
import { DAY, HOUR, MINUTE } from "../../../src/platform/clock.js";
import { sendingOf } from "../../../src/worker/schedule.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, aMailing, historyOf, messageTo, type TestLetter } from "../../support/mailing.js";
import { settle } from "../../support/settle.js";
import { headerOf, smtpSink, type SmtpSink } from "../../support/smtp-sink.js";

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

const tasks = (): Promise<string[]> => app.db("tasks").pluck("kind");

describe("a mail goes out", () => {
  test("as text and HTML with identity, postal address, reason and one-click unsubscribe", async () => {
    const contact = await aContact(app, { organisation: "Vesta *Orbital* <b>&" });
    await aMailing(await staffCtx(app), letter, [contact]);
    await settle(app);

    const [mail] = sink.mails;
    expect(mail?.to).toEqual([contact.email]);
    expect(headerOf(mail!, "from")).toBe("Low Orbit Stewardship Forum <letters@forum.example>");
    expect(headerOf(mail!, "reply-to")).toBe("team@forum.example");
    expect(headerOf(mail!, "list-unsubscribe-post")).toBe("List-Unsubscribe=One-Click");
    expect(headerOf(mail!, "list-unsubscribe")).toMatch(
      /^<http:\/\/127\.0\.0\.1:8080\/unsubscribe\/[\w-]{43}>$/,
    );
    expect(headerOf(mail!, "auto-submitted")).toBeUndefined();
    expect(headerOf(mail!, "precedence")).toBeUndefined();

    const message = await messageTo(app, contact);
    expect(message).toMatchObject({ state: "sent", transport: "smtp", attempts: 1 });
    expect(headerOf(mail!, "message-id")).toBe(message["message_id"]);
    expect(message["message_id"]).toBe(`<${String(message["id"])}@forum.example>`);
    expect(await historyOf(app, message["id"])).toEqual(["queued", "claimed", "sending", "sent"]);

    expect(message["subject"]).toBe("Keep low orbit usable: will Vesta *Orbital* <b>& sign?");
    const text = String(message["body_text"]);
    expect(text).toContain(
      "we ask Vesta *Orbital* <b>& to sign Keep low orbit usable (To the heads of state).",
    );
    expect(text).toContain("12 Quay Street, Bergen 5003, Norway");
    expect(text).toContain("publishes it for enquiries");
    const html = String(message["body_html"]);
    expect(html).toContain("we ask Vesta *Orbital* &lt;b&gt;&amp; to sign");
    expect(html).toContain("12 Quay Street");
  });

  test("with links that only the mail holds; the stored bodies keep placeholders", async () => {
    const contact = await aContact(app);
    await aMailing(await staffCtx(app), letter, [contact]);
    await settle(app);
    const stored = await messageTo(app, contact);
    for (const part of ["body_text", "body_html"]) {
      expect(stored[part]).toMatch(/\[\[link:[0-9a-f-]{36}\]\]/);
      expect(stored[part]).not.toMatch(/\/(r|unsubscribe)\/[\w-]{43}/);
      expect(stored[part]).not.toContain("link.invalid");
    }
    const raw = sink.mails[0]?.raw.replaceAll("=\r\n", "") ?? "";
    expect(raw).not.toContain("[[link:");
    expect(raw).toMatch(/http:\/\/127\.0\.0\.1:8080\/r\/[\w-]{43}/);
    expect(await app.db("links").where({ purpose: "invitation" })).toHaveLength(1);
  });

  test("a machine mail says so and has no unsubscribe link", async () => {
    await queueMail(app.system, {
      purpose: "transactional",
      sendKey: "k1",
      template: "outreach",
      data: {
        subject: "Confirm",
        body: "[[link:not-one]] and [[link:00000000-0000-7000-8000-000000000000]]",
      },
      language: "fr",
      to: { email: "zoe@vesta.example", name: "Zoé" },
      letterId: letter.id,
    });
    await settle(app);
    expect(headerOf(sink.mails[0]!, "auto-submitted")).toBe("auto-generated");
    expect(headerOf(sink.mails[0]!, "list-unsubscribe")).toBeUndefined();
    expect(sink.mails[0]?.raw).toContain("[[link:00000000-0000-7000-8000-000000000000]]");
  });

  test("a machine mail with the same key is queued once, also by two at the same time", async () => {
    const mail = {
      purpose: "transactional" as const,
      sendKey: "k2",
      template: "outreach",
      data: { subject: "s", body: "b" },
      language: "en",
      to: { email: "zoe@vesta.example", name: null },
    };
    const ids = await Promise.all([1, 2, 3, 4].map(() => queueMail(app.system, mail)));
    expect(ids.filter(Boolean)).toHaveLength(1);
    await settle(app);
    expect(sink.mails).toHaveLength(1);
  });
});

describe("nobody gets a mail twice", () => {
  test("with several workers at the same time", async () => {
    const contacts = [];
    for (let n = 0; n < 40; n += 1) contacts.push(await aContact(app));
    await aMailing(await staffCtx(app), letter, contacts);
    const sending = sendingOf(app);
    const ticks = Array.from({ length: 24 }, () => processDueMail(app.system, sending, 5));
    await Promise.all(ticks);
    await settle(app);
    const addresses = sink.mails.map((mail) => mail.to[0]);
    expect(new Set(addresses)).toEqual(new Set(contacts.map((contact) => contact.email)));
    expect(addresses).toHaveLength(40);
  });

  test("after a worker died between commit point and SMTP: the mail is uncertain, not sent again, and a task says so", async () => {
    const contact = await aContact(app);
    await aMailing(await staffCtx(app), letter, [contact]);
    const { mails } = await takeDueMail(app.system, sendingOf(app), 10);
    expect(mails).toHaveLength(1);
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "sending" });
    app.clock.advance(17 * MINUTE);
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "uncertain", state_reason: "no_verdict" });
    expect(sink.mails).toHaveLength(0);
    expect(await tasks()).toEqual(["uncertain_message"]);

    const writer = verdictWriter(app.system, outreachPolicy);
    await writer.write(mails[0]!, { kind: "sent", reason: "accepted", reply: "250 ok" });
    expect(await messageTo(app, contact)).toMatchObject({ state: "sent" });
    expect(await app.db("tasks").whereNull("done_at")).toEqual([]);
  });

  test.each([
    ["accepted", { kind: "sent", reason: "accepted", reply: "250 ok" }, "sent"],
    ["refused for the moment", { kind: "deferred", reason: "later", reply: "451 later" }, "queued"],
    ["refused for good", { kind: "failed", reason: "message_refused", reply: "554 no" }, "failed"],
  ] as const)(
    "a verdict that comes late, %s, settles the mail and its task",
    async (_what, verdict, state) => {
      const contact = await aContact(app);
      await aMailing(await staffCtx(app), letter, [contact]);
      const { mails } = await takeDueMail(app.system, sendingOf(app), 1);
      app.clock.advance(17 * MINUTE);
      await recoverLeases(app.system, outreachPolicy);
      expect(await app.db("tasks").whereNull("done_at").pluck("kind")).toEqual(["uncertain_message"]);
      await verdictWriter(app.system, outreachPolicy).write(mails[0]!, verdict);
      expect(await messageTo(app, contact)).toMatchObject({ state });
      expect(await app.db("tasks").whereNull("done_at")).toEqual([]);
      // Under the claim of an attempt that is over, nothing is settled any more.
      await verdictWriter(app.system, outreachPolicy).write(mails[0]!, { ...verdict, kind: "sent" });
      expect(await messageTo(app, contact)).toMatchObject({ state });
    },
  );

  test("a commit point whose answer was lost gives its mails back, since nothing of them had begun", async () => {
    const contact = await aContact(app);
    await aMailing(await staffCtx(app), letter, [contact]);
    const claim = await claimDueMail(app.system, sendingOf(app), 1);
    await commitMail(app.system, sendingOf(app), claim);
    await releaseClaim(app.system, claim, "commit_unanswered");
    expect(await messageTo(app, contact)).toMatchObject({
      state: "queued",
      state_reason: "commit_unanswered",
      attempts: 0,
    });
    await settle(app);
    expect(sink.mails).toHaveLength(1);
  });

  test("after a worker died with a claim: the mail goes back to the queue and out once", async () => {
    const contact = await aContact(app);
    await aMailing(await staffCtx(app), letter, [contact]);
    await app.db("messages").update({
      state: "claimed",
      claim_token: contact.id,
      lease_until: new Date(app.clock.now().getTime() + MINUTE),
    });
    await settle(app);
    expect(sink.mails).toHaveLength(0);
    app.clock.advance(2 * MINUTE);
    await settle(app);
    expect(sink.mails).toHaveLength(1);
  });

  test("a verdict under an older claim changes nothing", async () => {
    const contact = await aContact(app);
    await aMailing(await staffCtx(app), letter, [contact]);
    const { mails } = await takeDueMail(app.system, sendingOf(app), 1);
    const writer = verdictWriter(app.system, outreachPolicy);
    await writer.write(
      { ...mails[0]!, token: contact.id },
      { kind: "deferred", reason: "later", reply: null },
    );
    expect(await messageTo(app, contact)).toMatchObject({ state: "sending" });
  });

  test("a drop after the dot is uncertain; a person settles it, once", async () => {
    const contact = await aContact(app);
    const staff = await staffCtx(app);
    await aMailing(staff, letter, [contact]);
    sink.behave("drop_after_dot");
    await settle(app);
    const message = await messageTo(app, contact);
    expect(message).toMatchObject({ state: "uncertain", state_reason: "no_answer" });
    sink.behave("accept");
    await settle(app);
    expect(sink.mails).toHaveLength(1);
    await resolveMessage(staff, String(message["id"]), { as: "sent" });
    await expect(resolveMessage(staff, String(message["id"]), { as: "requeue" })).rejects.toMatchObject({
      code: "message.not_uncertain",
    });
    await settle(app);
    expect(sink.mails).toHaveLength(1);
  });

  test("sending an uncertain one again is refused while the first attempt could still be running", async () => {
    const contact = await aContact(app);
    const staff = await staffCtx(app);
    await aMailing(staff, letter, [contact]);
    await takeDueMail(app.system, sendingOf(app), 1);
    const { id } = await messageTo(app, contact);
    await app.db("messages").update({ state: "uncertain" });
    await expect(resolveMessage(staff, String(id), { as: "requeue" })).rejects.toMatchObject({
      code: "message.still_sending",
    });
    app.clock.advance(17 * MINUTE);
    await resolveMessage(staff, String(id), { as: "requeue" });
    await settle(app);
    expect(sink.mails).toHaveLength(1);
    expect(headerOf(sink.mails[0]!, "message-id")).toBe(`<${String(id)}@forum.example>`);
  });
});

describe("trouble with SMTP", () => {
  test("a greylisted mail goes out later, with the same Message-ID", async () => {
    const contact = await aContact(app);
    await aMailing(await staffCtx(app), letter, [contact]);
    sink.behave({ at: "rcpt", status: 451, text: "4.7.1 come back" });
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({
      state: "queued",
      state_reason: "later",
      attempts: 1,
    });
    sink.behave("accept");
    await settle(app);
    expect(sink.mails).toHaveLength(0);
    app.clock.advance(MINUTE);
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "sent", attempts: 2 });
    expect(sink.mails).toHaveLength(1);
  });

  test("an unknown address fails, the task asks for another contact, others go out", async () => {
    const gone = await aContact(app);
    const fine = await aContact(app);
    await aMailing(await staffCtx(app), letter, [gone, fine]);
    sink.behave((to) =>
      to === gone.email ? { at: "rcpt", status: 550, text: "5.1.1 unknown user" } : "accept",
    );
    await settle(app);
    expect(await messageTo(app, gone)).toMatchObject({ state: "failed", state_reason: "address_dead" });
    expect(await messageTo(app, fine)).toMatchObject({ state: "sent" });
    expect(await tasks()).toEqual(["find_contact"]);
    expect(await app.db("contacts").where({ id: gone.id }).pluck("status")).toEqual(["address_invalid"]);
    expect(await app.db("suppressions")).toEqual([]);
  });

  test("an address that a colleague replaced while the mail was on its way stays good, and the verdict is kept", async () => {
    const contact = await aContact(app);
    await aMailing(await staffCtx(app), letter, [contact]);
    sink.behave({ at: "rcpt", status: 550, text: "5.1.1 unknown user" });
    const sending = sendingOf(app);
    const email = "ada@new-address.example";
    await processDueMail(app.system, {
      ...sending,
      mailer: {
        ...sending.mailer,
        send: async (mail) => {
          const staff = await staffCtx(app);
          const { row_version: version } = await getContact(staff, contact.id);
          await updateContact(staff, contact.id, { email, row_version: version });
          return sending.mailer.send(mail);
        },
      },
    });
    expect(await messageTo(app, contact)).toMatchObject({ state: "failed", state_reason: "address_dead" });
    expect(await app.db("contacts").where({ id: contact.id }).first()).toMatchObject({
      email,
      status: "active",
    });
  });

  test("a refusal for our own standing leaves the contact alone", async () => {
    const contact = await aContact(app);
    await aMailing(await staffCtx(app), letter, [contact]);
    sink.behave({ at: "data", status: 554, text: "5.7.1 blocked by policy" });
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "failed", state_reason: "sender_fault" });
    expect(await tasks()).toEqual([]);
  });

  test.each([
    ["size", "552", "5.3.4 Message size exceeds fixed maximum message size"],
    ["virus", "554", "5.6.0 The message was rejected because it contains a virus"],
    ["form", "554", "5.6.1 Message body type not supported by remote host"],
  ])("a mail refused for its %s makes a task and leaves the contact alone", async (_what, status, text) => {
    const contact = await aContact(app);
    await aMailing(await staffCtx(app), letter, [contact]);
    sink.behave({ at: "data", status: Number(status), text });
    await settle(app);
    const message = await messageTo(app, contact);
    expect(message).toMatchObject({ state: "failed", state_reason: "content" });
    expect(await app.db("tasks")).toMatchObject([
      { kind: "mail_refused", contact_id: contact.id, subject_id: message["id"], done_at: null },
    ]);
    expect(await app.db("contacts").where({ id: contact.id }).pluck("status")).toEqual(["active"]);
    expect(await app.db("mailbox_faults")).toEqual([]);
  });

  test("after three days of standstill nothing bursts out: late mail expires with a task", async () => {
    const contact = await aContact(app);
    await aMailing(await staffCtx(app), letter, [contact]);
    app.clock.advance(3 * DAY + HOUR);
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "expired" });
    expect(sink.mails).toHaveLength(0);
    expect(await tasks()).toEqual(["expired_message"]);
  });
});

test("recovering leases twice at once moves each message once", async () => {
  const contact = await aContact(app);
  await aMailing(await staffCtx(app), letter, [contact]);
  await takeDueMail(app.system, sendingOf(app), 1);
  app.clock.advance(17 * MINUTE);
  const moved = await Promise.all([1, 2, 3].map(() => recoverLeases(app.system, outreachPolicy)));
  expect(moved.reduce((sum, each) => sum + each, 0)).toBe(1);
});
