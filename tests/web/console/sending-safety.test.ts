import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { takeDueMail } from "../../../src/domain/mail/sending-service.js";
import { timeWatch } from "../../../src/domain/mail/time-step.js";
import { reportWorker } from "../../../src/domain/mail/worker-service.js";
import { MINUTE } from "../../../src/platform/clock.js";
import { newId } from "../../../src/platform/ids.js";
import { ownIdentity } from "../../../src/platform/process-identity.js";
import { sendingOf } from "../../../src/worker/schedule.js";
import { signedIn, staffCtx, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, aMailing, messageTo, type TestContact } from "../../support/mailing.js";
import { settle } from "../../support/settle.js";
import { smtpSink, type SmtpSink } from "../../support/smtp-sink.js";

let sink: SmtpSink;
let app: TestApp;
let contact: TestContact;
let visitor: Awaited<ReturnType<typeof signedIn>>;

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
  visitor = await signedIn(app);
  contact = await aContact(app);
  await aMailing(await staffCtx(app), await aLetter(app), [contact]);
});

describe("an uncertain mail's page", () => {
  test("shows what is known, and when it may be sent again", async () => {
    sink.behave("drop_after_dot");
    await settle(app);
    const { id } = await messageTo(app, contact);
    await app.db("mail_log_cursors").insert({
      host: "mx1",
      path: "/var/log/mail.log",
      inode: "1",
      position: 7,
      read_at: app.clock.now(),
    });
    const page = (await visitor.get(`/console/messages/${String(id)}`).expect(200)).text;
    for (const words of [
      "Nobody knows whether this mail was accepted",
      "the connection ended before the server answered",
      "Read up to 2027-03-01 09:00 UTC; the mail is not in it. That does not prove",
      "Possible from 1 March 2027, 09:16 UTC",
      "Dr Ada Park gets the same mail twice",
      "It arrived",
      "It did not arrive",
    ]) {
      expect(page).toContain(words);
    }
    expect(page).not.toContain('value="requeue"');
    const early = await visitor
      .post(`/console/messages/${String(id)}/resolution`)
      .type("form")
      .send({ as: "requeue" });
    expect(early.text).toContain("The last attempt could still be running");
    expect(await messageTo(app, contact)).toMatchObject({ state: "uncertain" });

    app.clock.advance(17 * MINUTE);
    expect((await visitor.get(`/console/messages/${String(id)}`)).text).toContain('value="requeue"');
    sink.behave("accept");
    await visitor
      .post(`/console/messages/${String(id)}/resolution`)
      .type("form")
      .send({ as: "requeue" })
      .expect(303);
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "sent", attempts: 2 });
    expect(await app.db("tasks").whereNull("done_at")).toEqual([]);
  });

  test("says so when the log knows it", async () => {
    await takeDueMail(app.system, sendingOf(app), 1);
    const { id } = await messageTo(app, contact);
    await app.db("messages").update({ state: "uncertain" });
    await app
      .db("mail_log_entries")
      .insert({ message_id: id, queue_id: "4F1A2B3C4D", stamp: "Mar  1 09:00:00", read_at: app.clock.now() });
    const page = (await visitor.get(`/console/messages/${String(id)}`).expect(200)).text;
    expect(page).toContain("accepted as 4F1A2B3C4D, Mar  1 09:00:00");
  });
});

/** A worker that is refused, since the database is armed for another environment. */
async function refused(): Promise<void> {
  await settle(app);
  await app.database.adminDb("sending_control").update({ environment: "elsewhere" });
  await aMailing(await staffCtx(app), await aLetter(app), [await aContact(app)]);
  const worker = { id: newId(app.clock), watch: timeWatch(() => 0), halt: undefined };
  const guard = { mark: app.mark, worker };
  await takeDueMail(app.system, { ...sendingOf(app), guard }, 10);
  await reportWorker(app.system, guard, ownIdentity());
}

describe("the page about sending", () => {
  test("is quiet while mail goes out", async () => {
    await settle(app);
    const page = (await visitor.get("/console/sending/safety").expect(200)).text;
    expect(page).toContain("No mail is uncertain");
    expect(page).not.toContain("Nothing is sent.");
    expect((await visitor.get("/console").expect(200)).text).not.toContain("Nothing is sent");
  });

  test("says what differs when a worker is refused, as Today does, and lets an administrator decide", async () => {
    await refused();
    const page = (await visitor.get("/console/sending/safety").expect(200)).text;
    expect(page).toContain("Nothing is sent. This database is armed for another environment.");
    expect(page).toContain('<span class="late">test</span>');
    expect(page).toContain("Sends nothing");
    const today = (await visitor.get("/console").expect(200)).text;
    expect(today).toContain("This database is armed for another environment.");
    expect(today).toContain("Say whether this database may send mail");

    const reader = await signedIn(app, "viewer");
    expect((await reader.get("/console/sending/safety").expect(200)).text).not.toContain(
      "Let this database send",
    );
    await visitor.post("/console/sending/arm").type("form").send({ environment: "../x y" }).expect(422);
    const before = sink.mails.length;
    await visitor.post("/console/sending/arm").type("form").send({ environment: "test" }).expect(303);
    await settle(app);
    expect(sink.mails).toHaveLength(before + 1);
    expect((await visitor.get("/console").expect(200)).text).not.toContain("Nothing is sent");
  });

  test("asks whether the time is right when it has jumped", async () => {
    await settle(app);
    app.clock.advance(-3 * 60 * MINUTE);
    await settle(app);
    app.clock.advance(MINUTE);
    visitor = await signedIn(app);
    const page = (await visitor.get("/console/sending/safety").expect(200)).text;
    expect(page).toContain("The time has jumped by more than two minutes");
    expect(page).toContain("3 hours backwards");
    await visitor.post("/console/sending/time").expect(303);
    expect((await visitor.get("/console/sending/safety").expect(200)).text).not.toContain("Nothing is sent.");
    expect(await app.db("activity").where({ action: "sending.time_accepted" })).toHaveLength(1);
  });

  test("counts the uncertain mails and leads to each", async () => {
    sink.behave("drop_after_dot");
    await settle(app);
    const { id } = await messageTo(app, contact);
    const page = (await visitor.get("/console/sending/safety").expect(200)).text;
    expect(page).toContain(`/console/messages/${String(id)}`);
    expect(page).toContain(contact.email);
  });
});
