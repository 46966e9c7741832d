import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { recoverLeases, takeDueMail } from "../../../src/domain/mail/sending-service.js";
import { envelopeSender } from "../../../src/domain/mail/verp.js";
import { settleMessage } from "../../../src/domain/outreach/approval-service.js";
import { outreachPolicy } from "../../../src/domain/outreach/policy-service.js";
import { DAY, MINUTE } from "../../../src/platform/clock.js";
import { sendingOf } from "../../../src/worker/schedule.js";
import { START, staffCtx, testApp, type TestApp } from "../../support/app.js";
import { bounceMail, inboundRow, rawMail, stepsOf, takeIn } from "../../support/inbound.js";
import {
  aContact,
  aLetter,
  aMailing,
  historyOf,
  messageTo,
  type TestContact,
  type TestLetter,
} from "../../support/mailing.js";
import { aSequence, enrol, enrolmentsOf, messagesTo } from "../../support/sequence.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
let letter: TestLetter;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.database.clean();
  app.clock.set(START);
  letter = await aLetter(app);
});

/** A contact who has got a mail, and that mail. */
async function written(change: Parameters<typeof aContact>[1] = {}) {
  const contact = await aContact(app, change);
  await aMailing(await staffCtx(app), letter, [contact]);
  await settle(app);
  return { contact, message: await messageTo(app, contact) };
}

const contactRow = (contact: TestContact) => app.db("contacts").where({ id: contact.id }).first();
const open = () => app.db("tasks").whereNull("done_at").orderBy("created_at").pluck("kind");
const statesTo = async (contact: TestContact) => (await messagesTo(app, contact)).map((each) => each.state);
const tasks = () => app.db("tasks").orderBy("created_at").pluck("kind");
const verpOf = (message: Record<string, unknown>) =>
  envelopeSender(
    app.keys,
    { fromEmail: "letters@forum.example", bounceDomain: null, foreignEnvelope: true },
    String(message["id"]),
  );
const idOf = (message: Record<string, unknown>) => String(message["message_id"]);

describe("a delivery report", () => {
  test("that knows our message and its address marks the address dead and asks for another contact", async () => {
    const { contact, message } = await written();
    const row = await inboundRow(
      app,
      await takeIn(app, bounceMail({ to: contact.email, returned: idOf(message) })),
    );
    expect(row).toMatchObject({ class: "address_dead", match_kind: "returned_id", contact_id: contact.id });
    expect(stepsOf(row)).toEqual(["event", "address_invalid", "stop", "task"]);
    expect(await contactRow(contact)).toMatchObject({ status: "address_invalid" });
    expect(await tasks()).toEqual(["find_contact"]);
    expect(await historyOf(app, message["id"])).toContain("bounced");
    expect(await app.db("suppressions")).toEqual([]);
  });

  test("finds its message by the return path alone, whatever else it leaves out", async () => {
    const { contact, message } = await written();
    const raw = bounceMail({ to: contact.email, returnPath: verpOf(message) });
    expect(await inboundRow(app, await takeIn(app, raw))).toMatchObject({
      class: "address_dead",
      match_kind: "verp",
      message_id: message["id"],
    });
    expect(await contactRow(contact)).toMatchObject({ status: "address_invalid" });
  });

  const forgeries: [string, (to: string, message: Record<string, unknown>) => Buffer][] = [
    ["that knows none of our ids", (to) => bounceMail({ to })],
    ["with a Message-ID that is made up", (to) => bounceMail({ to, returned: "<made-up@forum.example>" })],
    [
      "with a return path whose seal is made up",
      (to, message) => bounceMail({ to, returnPath: verpOf(message).replace(/-[^-@]+@/, "-aaaaaaaaaaaa@") }),
    ],
    [
      "with our Message-ID for somebody else's address",
      (_to, message) => bounceMail({ to: "other@vesta.example", returned: idOf(message) }),
    ],
  ];
  test.each(forgeries)("%s kills no address", async (_name, forge) => {
    const { contact, message } = await written();
    const row = await inboundRow(app, await takeIn(app, forge(contact.email, message)));
    expect(row.class).toBe("address_dead");
    expect(await contactRow(contact)).toMatchObject({ status: "active" });
    expect(stepsOf(row)).toEqual(["note"]);
  });

  test("about a mail that has not gone out is not believed", async () => {
    const contact = await aContact(app);
    await aMailing(await staffCtx(app), letter, [contact]);
    const message = await messageTo(app, contact);
    await takeIn(app, bounceMail({ to: contact.email, returned: idOf(message) }));
    expect(await contactRow(contact)).toMatchObject({ status: "active" });
  });

  test("about our own standing leaves the contact alone", async () => {
    const { contact, message } = await written();
    const raw = bounceMail({
      to: contact.email,
      status: "5.7.26",
      said: "550-5.7.26 Unauthenticated email from forum.example is not accepted due to domain's DMARC policy",
      returned: idOf(message),
    });
    const row = await inboundRow(app, await takeIn(app, raw));
    expect(row.class).toBe("sender_fault");
    expect(stepsOf(row)).toEqual(["event", "sender_fault"]);
    expect(await contactRow(contact)).toMatchObject({ status: "active" });
    expect(await app.db("mailbox_faults")).toMatchObject([{ message_id: message["id"], source: "report" }]);
    const forged = bounceMail({
      to: contact.email,
      status: "5.7.26",
      said: "550-5.7.26 Unauthenticated email from forum.example is not accepted due to domain's DMARC policy",
    });
    expect(stepsOf(await inboundRow(app, await takeIn(app, forged)))).toEqual(["note"]);
    expect(await app.db("mailbox_faults")).toHaveLength(1);
  });

  test("that says later is counted, and what gets through resets the count", async () => {
    const { contact, message } = await written();
    const full = (n: number) =>
      bounceMail({
        to: contact.email,
        status: "4.2.2",
        said: `452 4.2.2 mailbox full ${n}`,
        returned: idOf(message),
      });
    for (let n = 0; n < 4; n += 1) await takeIn(app, full(n));
    expect(await tasks()).toEqual([]);
    app.clock.advance(DAY);
    await takeIn(
      app,
      rawMail({ From: contact.email, "Auto-Submitted": "auto-replied" }, "Thank you, we got it."),
    );
    app.clock.advance(DAY);
    for (let n = 4; n < 8; n += 1) await takeIn(app, full(n));
    expect(await tasks()).toEqual([]);
    await takeIn(app, full(9));
    expect(await tasks()).toEqual(["find_contact"]);
    expect(await contactRow(contact)).toMatchObject({ status: "active" });
  });

  test("that an organisation is out of reach counts after three strikes over three days", async () => {
    const { contact, message } = await written();
    const down = (n: number) =>
      bounceMail({
        to: contact.email,
        status: "4.4.1",
        said: `connect to mx.vesta.example[192.0.2.1]:25: Connection timed out (${n})`,
        returned: idOf(message),
      });
    const classes = [];
    for (let n = 0; n < 5; n += 1) classes.push((await takeIn(app, down(n))).class);
    expect(new Set(classes)).toEqual(new Set(["org_down"]));
    expect(await tasks()).toEqual([]);
    app.clock.advance(3 * DAY);
    await takeIn(app, down(6));
    expect(await tasks()).toEqual(["organisation_unreachable"]);
    expect(await contactRow(contact)).toMatchObject({ status: "active" });
  });
});

/** A contact in a sequence whose first mail is uncertain. */
async function uncertain() {
  const contact = await aContact(app);
  await enrol(app.system, await aSequence(app.system, letter), [contact]);
  await takeDueMail(app.system, sendingOf(app), 1);
  app.clock.advance(17 * MINUTE);
  await recoverLeases(app.system, outreachPolicy);
  const [message] = await messagesTo(app, contact);
  expect(message).toMatchObject({ state: "uncertain" });
  expect(await open()).toEqual(["uncertain_message"]);
  return { contact, message: message! };
}

describe("of a message that nobody knew had been accepted", () => {
  test("a report settles it as sent, notes what it says, and ticks off the task", async () => {
    const { contact, message } = await uncertain();
    const raw = bounceMail({ to: contact.email, returned: message.message_id });
    const row = await inboundRow(app, await takeIn(app, raw));
    expect(stepsOf(row)).toEqual(["settle", "event", "address_invalid", "stop", "task"]);
    expect((await historyOf(app, message.id)).slice(-3)).toEqual(["uncertain", "sent", "bounced"]);
    expect(await messagesTo(app, contact)).toMatchObject([
      { state: "sent", state_reason: "heard_of" },
      { state: "cancelled" },
    ]);
    expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "finished", state_reason: "bounced" }]);
    expect(await open()).toEqual(["find_contact"]);
  });

  test("a report that it was delivered takes the sequence on", async () => {
    const { contact, message } = await uncertain();
    const said = "250 2.0.0 Ok: queued as 4Fx";
    const report = { to: contact.email, returned: message.message_id, action: "delivered", status: "2.0.0" };
    await takeIn(app, bounceMail({ ...report, said }));
    expect(await statesTo(contact)).toEqual(["sent", "queued"]);
    expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "active" }]);
    expect(await open()).toEqual([]);
  });

  test("an answer settles it, and stops what it stops", async () => {
    const { contact, message } = await uncertain();
    const headers = { From: contact.email, "In-Reply-To": message.message_id };
    await takeIn(app, rawMail(headers, "Please call me on Monday."));
    expect(await statesTo(contact)).toEqual(["sent", "cancelled"]);
    expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "finished", state_reason: "replied" }]);
    expect(await open()).toEqual(["answer_reply"]);
  });

  test("a mail from the same address that knows nothing of it shows nothing", async () => {
    const { contact } = await uncertain();
    await takeIn(app, rawMail({ From: contact.email }, "By the way, who are you?"));
    await takeIn(app, bounceMail({ to: contact.email }));
    expect(await statesTo(contact)).toEqual(["uncertain"]);
    expect(await open()).toContain("uncertain_message");
  });

  test("one that is settled otherwise stays as it is, whatever comes back", async () => {
    const { contact, message } = await uncertain();
    await settleMessage(await staffCtx(app), message.id, { as: "failed" });
    await takeIn(app, bounceMail({ to: contact.email, returned: message.message_id }));
    expect(await statesTo(contact)).toEqual(["failed"]);
    const other = await written();
    await app
      .db("messages")
      .where({ id: other.message["id"] })
      .update({ state: "queued", finished_at: null });
    await takeIn(app, bounceMail({ to: other.contact.email, returned: idOf(other.message) }));
    expect(await statesTo(other.contact)).not.toContain("sent");
  });
});

describe("the same mail again", () => {
  test("changes nothing, and neither do two workers that take it in at once", async () => {
    const { contact, message } = await written();
    const raw = bounceMail({ to: contact.email, returned: idOf(message) });
    const both = await Promise.all([takeIn(app, raw), takeIn(app, raw), takeIn(app, raw)]);
    expect(both.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect((await takeIn(app, raw)).isNew).toBe(false);
    expect(await tasks()).toEqual(["find_contact"]);
    expect((await historyOf(app, message["id"])).filter((kind) => kind === "bounced")).toHaveLength(1);
  });
});

describe("a person's answer", () => {
  test("stops the mailing for the whole organisation and waits to be answered", async () => {
    const { contact, message } = await written({ email: "ada@vesta.example" });
    const ben = await aContact(app, { organisationId: contact.organisationId, email: "ben@vesta.example" });
    await aMailing(await staffCtx(app), letter, [ben]);
    const row = await inboundRow(
      app,
      await takeIn(
        app,
        rawMail(
          { From: "Ada <ada@vesta.example>", "In-Reply-To": idOf(message) },
          "We will look at it.\n\n> Dear Ada",
        ),
      ),
    );
    expect(row).toMatchObject({
      class: "human_reply",
      match_kind: "thread",
      contact_id: contact.id,
      reply_text: "We will look at it.",
      handled_at: null,
    });
    expect(await messageTo(app, ben)).toMatchObject({ state: "cancelled", state_reason: "org_replied" });
    expect(await tasks()).toEqual(["answer_reply"]);
  });

  test("counts for the organisation when a colleague gives it, found by the registrable domain", async () => {
    const contact = await aContact(app, { email: "ada@mail.vesta.co.uk" });
    await aMailing(await staffCtx(app), letter, [contact]);
    const row = await inboundRow(
      app,
      await takeIn(app, rawMail({ From: "Zoe <zoe@vesta.co.uk>" }, "Please talk to me instead.")),
    );
    expect(row).toMatchObject({
      match_kind: "domain",
      organisation_id: contact.organisationId,
      contact_id: null,
    });
    expect(await messageTo(app, contact)).toMatchObject({ state: "cancelled", state_reason: "org_replied" });
  });

  test("from a free mail provider, or from a domain that two organisations share, is nobody's", async () => {
    await aContact(app, { email: "ada@gmail.com" });
    await aContact(app, { email: "ada@shared.example" });
    await aContact(app, { email: "ben@shared.example" });
    for (const from of ["zoe@gmail.com", "zoe@shared.example"]) {
      const row = await inboundRow(app, await takeIn(app, rawMail({ From: from }, `Hello from ${from}`)));
      expect([from, row.match_kind]).toEqual([from, null]);
    }
  });

  test("is matched by its sender and the last mail within sixty days, and after that by the sender alone", async () => {
    const { contact, message } = await written({ email: "ada@vesta.example" });
    app.clock.advance(59 * DAY);
    expect(await inboundRow(app, await takeIn(app, rawMail({}, "I am late")))).toMatchObject({
      match_kind: "sender",
      message_id: message["id"],
      contact_id: contact.id,
    });
    app.clock.advance(2 * DAY);
    expect(await inboundRow(app, await takeIn(app, rawMail({}, "I am later")))).toMatchObject({
      match_kind: "sender",
      message_id: null,
      contact_id: contact.id,
    });
  });
});

describe("an automatic answer", () => {
  test("that somebody is away holds the mails until they are back", async () => {
    const { contact, message } = await written({ email: "ada@vesta.example" });
    const other = await aLetter(app);
    await aMailing(await staffCtx(app), other, [contact]);
    const row = await inboundRow(
      app,
      await takeIn(
        app,
        rawMail(
          {
            "Auto-Submitted": "auto-replied",
            Subject: "Automatic reply: Keep low orbit usable",
            "In-Reply-To": idOf(message),
          },
          "I am out of the office until 15 March 2027 and will answer when I am back.",
        ),
      ),
    );
    expect(row.class).toBe("auto_reply");
    expect(stepsOf(row)).toEqual(["event", "pause"]);
    expect(await app.db("messages").where({ letter_id: other.id }).first()).toMatchObject({
      state: "queued",
      held_reason: "out_of_office",
    });
    expect(row.handled_at).not.toBeNull();
  });

  test("that somebody has left says so at the contact and names the successor in the task", async () => {
    const { contact, message } = await written({ email: "ada@vesta.example" });
    const raw = rawMail(
      { "Auto-Submitted": "auto-replied", Subject: "Automatic reply", "In-Reply-To": idOf(message) },
      "Ada Park no longer works at Vesta. Please contact Ben Moor at ben.moor@vesta.example instead.",
    );
    const row = await inboundRow(app, await takeIn(app, raw));
    expect(stepsOf(row)).toEqual(["event", "left", "stop", "task"]);
    expect(await contactRow(contact)).toMatchObject({ status: "left" });
    expect(await app.db("tasks").where({ kind: "left_company" }).first()).toMatchObject({
      detail: { email: "ben.moor@vesta.example" },
    });
  });
});

describe("what asks us to stop", () => {
  test("is obeyed at once, whoever sent it: it only makes less mail", async () => {
    const { contact } = await written({ email: "ada@vesta.example" });
    const row = await inboundRow(app, await takeIn(app, rawMail({ Subject: "unsubscribe" }, "unsubscribe")));
    expect(row.class).toBe("unsubscribe_request");
    expect(await app.db("suppressions").first()).toMatchObject({ reason: "unsubscribed", letter_id: null });
    expect(await app.db("suppressions").first("address_hash")).toEqual({ address_hash: contact.hash });
    expect(await app.db("messages").where({ purpose: "transactional" })).toEqual([]);
  });

  test("a complaint suppresses the address and alerts somebody", async () => {
    const { contact, message } = await written({ email: "ada@vesta.example" });
    const body = `--B
Content-Type: text/plain

This is an email abuse report.

--B
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: <${contact.email}>

--B
Content-Type: message/rfc822

From: letters@forum.example
To: ${contact.email}
Message-ID: ${idOf(message)}
Subject: Keep low orbit usable

Dear Ada
--B--
`;
    const raw = rawMail(
      {
        From: "abuse@provider.example",
        Subject: "FW: Keep low orbit usable",
        "Content-Type": 'multipart/report; report-type=feedback-report; boundary="B"',
      },
      body,
    );
    const row = await inboundRow(app, await takeIn(app, raw));
    expect(row.class).toBe("complaint");
    expect(await app.db("suppressions").first()).toMatchObject({
      reason: "complaint",
      address_hash: contact.hash,
    });
    expect(await tasks()).toEqual(["complaint"]);
  });
});

test("our own mail coming back to us is not an answer", async () => {
  const { message } = await written({ email: "ada@vesta.example" });
  const row = await inboundRow(
    app,
    await takeIn(app, rawMail({ From: "letters@forum.example", "Message-ID": idOf(message) }, "Dear Ada")),
  );
  expect(row.actions).toMatchObject([{ do: "note", detail: { why: "own_mail" } }]);
  expect(await tasks()).toEqual([]);
});
