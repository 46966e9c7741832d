import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { appendFile, mkdtemp, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { takeDueMail } from "../../../src/domain/mail/sending-service.js";
import { settleFromLog } from "../../../src/domain/mail/mail-log-service.js";
import { readMailLog } from "../../../src/domain/mail/mail-log.js";
import { outreachPolicy } from "../../../src/domain/outreach/policy-service.js";
import { MINUTE } from "../../../src/platform/clock.js";
import { smtpMailer } from "../../../src/platform/mailer.js";
import { silentLog } from "../../../src/platform/log.js";
import { sendingOf } from "../../../src/worker/schedule.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import {
  aContact,
  aLetter,
  aMailing,
  historyOf,
  messageTo,
  type TestContact,
} from "../../support/mailing.js";
import { postfixMissing, startPostfix } from "../../support/postfix.js";
import { settle } from "../../support/settle.js";
import { smtpSink, type SmtpSink } from "../../support/smtp-sink.js";

const ID = "<0190c1f2-7b1e-7c3a-9d0e-1f2a3b4c5d6e@forum.example>";
const OLD = "Nov  5 18:34:01 mx1";
const NEW = "2026-11-25T18:34:01.123456+00:00 mx1";
const cleanup = (head: string, queueId: string, id = ID): string =>
  `${head} postfix/cleanup[123]: ${queueId}: message-id=${id}\n`;
const active = (head: string, queueId: string): string =>
  `${head} postfix/qmgr[99]: ${queueId}: from=<letters@forum.example>, size=1234, nrcpt=1 (queue active)\n`;
const removed = (head: string, queueId: string): string => `${head} postfix/qmgr[99]: ${queueId}: removed\n`;

describe("a line of the mail server's log", () => {
  test.each([
    ["the old style of date", OLD, "4F1A2B3C4D"],
    ["the new style of date", NEW, "4ZbCdX1x2Wz9qK"],
  ])("counts with %s", (_name, head, queueId) => {
    const { acceptances, pending } = readMailLog(cleanup(head, queueId) + active(head, queueId), {});
    expect(acceptances).toEqual([{ messageId: ID, queueId, stamp: head.replace(/ mx1$/, "") }]);
    expect(pending).toEqual({});
  });

  test("counts when its partner came with an earlier piece, and under another name of Postfix", () => {
    const first = readMailLog(cleanup(OLD, "AAAAAAAAAA").replace("postfix/", "postfix-out/smtp/"), {});
    expect(first).toEqual({ acceptances: [], pending: { AAAAAAAAAA: ID } });
    expect(readMailLog(active(OLD, "AAAAAAAAAA"), first.pending).acceptances).toHaveLength(1);
  });

  test.each([
    ["only the message-id is there (the mail was refused)", cleanup(OLD, "AAAAAAAAAA")],
    ["the accepted line belongs to another mail", cleanup(OLD, "AAAAAAAAAA") + active(OLD, "BBBBBBBBBB")],
    ["the order is wrong", active(OLD, "AAAAAAAAAA") + cleanup(OLD, "AAAAAAAAAA")],
    [
      "the queue id has been given to another mail meanwhile",
      cleanup(OLD, "AAAAAAAAAA") + removed(OLD, "AAAAAAAAAA") + active(OLD, "AAAAAAAAAA"),
    ],
    [
      "another program repeats it",
      (cleanup(OLD, "AAAAAAAAAA") + active(OLD, "AAAAAAAAAA")).replaceAll(/cleanup|qmgr/g, "smtpd"),
    ],
    [
      "a stranger's header imitates it",
      cleanup(OLD, "AAAAAAAAAA") +
        `${OLD} postfix/cleanup[1]: BBBBBBBBBB: warning: header Subject: x postfix/qmgr[99]: AAAAAAAAAA: from=<a@b.example>, size=1, nrcpt=1 (queue active)\n`,
    ],
    [
      "it is held back",
      cleanup(OLD, "AAAAAAAAAA") + active(OLD, "AAAAAAAAAA").replace("queue active", "hold"),
    ],
  ])("does not count when %s", (_why, text) => {
    expect(readMailLog(text, {}).acceptances).toEqual([]);
  });

  test("of a mail that is not ours is not remembered, and what is remembered has an end", () => {
    expect(readMailLog(cleanup(OLD, "AAAAAAAAAA", "<abc@elsewhere.example>"), {}).pending).toEqual({});
    const many = Array.from({ length: 3000 }, (_, n) => cleanup(OLD, `A${10_000 + n}`)).join("");
    const { pending } = readMailLog(many, {});
    expect(Object.keys(pending)).toHaveLength(1000);
    expect(pending).toHaveProperty("A12999");
  });
});

describe("uncertain messages are settled from the log", () => {
  let sink: SmtpSink;
  let app: TestApp;
  let folder: string;
  let log: string;
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
    folder = await mkdtemp(path.join(tmpdir(), "countersign-log-"));
    log = path.join(folder, "mail.log");
    await writeFile(log, "");
    contact = await aContact(app);
    await aMailing(await staffCtx(app), await aLetter(app), [contact]);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const read = (): Promise<number> => settleFromLog(app.system, outreachPolicy, log);

  /** Commits to the mail, as a worker that then dies. */
  async function abandoned(): Promise<{ id: unknown; message_id: string }> {
    await takeDueMail(app.system, sendingOf(app), 1);
    return (await messageTo(app, contact)) as { id: unknown; message_id: string };
  }

  test("an accepted one is sent, its task is done, and it never goes out again", async () => {
    const { id, message_id: messageId } = await abandoned();
    app.clock.advance(17 * MINUTE);
    await settle(app);
    expect(await app.db("tasks").whereNull("done_at").pluck("kind")).toEqual(["uncertain_message"]);
    expect(await read()).toBe(0);
    await appendFile(log, cleanup(NEW, "4ZbCdX1x2Wz9qK", messageId));
    expect(await read()).toBe(0);
    await appendFile(log, active(NEW, "4ZbCdX1x2Wz9qK"));
    expect(await read()).toBe(1);
    expect(await messageTo(app, contact)).toMatchObject({ state: "sent", state_reason: "found_in_log" });
    expect(await historyOf(app, id)).toEqual(["queued", "claimed", "sending", "uncertain", "sent"]);
    expect(await app.db("tasks").whereNull("done_at")).toEqual([]);
    expect(await app.db("enrolments").pluck("state")).toEqual(["finished"]);
    await settle(app);
    expect(sink.mails).toHaveLength(0);
  });

  test("also when the log said so before anybody missed the answer", async () => {
    const { message_id: messageId } = await abandoned();
    await appendFile(log, cleanup(OLD, "4F1A2B3C4D", messageId) + active(OLD, "4F1A2B3C4D"));
    expect(await read()).toBe(0);
    expect(await messageTo(app, contact)).toMatchObject({ state: "sending" });
    app.clock.advance(17 * MINUTE);
    await settle(app);
    expect(await read()).toBe(1);
    expect(await messageTo(app, contact)).toMatchObject({ state: "sent" });
  });

  test("one that the log does not know stays uncertain", async () => {
    await abandoned();
    app.clock.advance(17 * MINUTE);
    await settle(app);
    await appendFile(log, cleanup(OLD, "4F1A2B3C4D") + active(OLD, "4F1A2B3C4D"));
    expect(await read()).toBe(0);
    expect(await messageTo(app, contact)).toMatchObject({ state: "uncertain" });
  });

  test("a line is read once it is whole, and nothing is lost when the log is rotated or emptied", async () => {
    const { message_id: messageId } = await abandoned();
    app.clock.advance(17 * MINUTE);
    await settle(app);
    const line = cleanup(OLD, "4F1A2B3C4D", messageId);
    await appendFile(log, line.slice(0, 40));
    await read();
    await appendFile(log, line.slice(40));
    // Rotated before we have looked again: the first half of the evidence lies in the former file.
    await rename(log, `${log}.1`);
    await writeFile(log, active(OLD, "4F1A2B3C4D"));
    expect(await read()).toBe(1);

    await app.db("messages").update({ state: "uncertain" });
    await app.db("mail_log_entries").delete();
    await truncate(log);
    await read();
    await appendFile(
      log,
      cleanup(OLD, "5F", messageId).replace(" 5F:", " 5F1A2B3C4D:") + active(OLD, "5F1A2B3C4D"),
    );
    expect(await read()).toBe(1);
  });

  test("a large log is read in pieces, from where the last one ended", async () => {
    const { message_id: messageId } = await abandoned();
    app.clock.advance(17 * MINUTE);
    await settle(app);
    const noise = `${OLD} postfix/smtpd[1]: connect from unknown[192.0.2.1] ${"x".repeat(200)}\n`;
    await writeFile(log, noise.repeat(50_000) + cleanup(OLD, "4F1A2B3C4D", messageId));
    await appendFile(log, noise.repeat(20) + active(OLD, "4F1A2B3C4D"));
    let looks = 0;
    while ((await read()) === 0 && looks < 10) looks += 1;
    expect(looks).toBe(1);
    expect(await messageTo(app, contact)).toMatchObject({ state: "sent" });
  });

  test("a log that is not there settles nothing and stops nothing", async () => {
    await rm(log);
    expect(await read()).toBe(0);
  });

  const missing = postfixMissing();
  const real = missing === undefined ? test : test.skip;
  const why = missing === undefined ? "" : ` (not tested here: ${missing})`;
  real(`with the log that a real Postfix writes${why}`, async () => {
    const postfix = await startPostfix();
    const mailer = smtpMailer(postfix.url, silentLog());
    try {
      const { mails } = await takeDueMail(app.system, sendingOf(app), 1);
      // The mail is accepted, and its answer lost with the worker.
      expect((await mailer.send(mails[0]!.outgoing)).kind).toBe("sent");
      app.clock.advance(17 * MINUTE);
      await settle(app);
      expect(await messageTo(app, contact)).toMatchObject({ state: "uncertain" });
      let settled = 0;
      for (let n = 0; n < 100 && settled === 0; n += 1) {
        settled = await settleFromLog(app.system, outreachPolicy, postfix.logFile);
        await pause(50);
      }
      expect(settled).toBe(1);
      const message = await messageTo(app, contact);
      expect(message).toMatchObject({ state: "sent", state_reason: "found_in_log" });
      expect(await readFile(postfix.logFile, "utf8")).toContain(String(message["smtp_reply"]).slice(10));
    } finally {
      await mailer.close();
      postfix.stop();
    }
  });
});
