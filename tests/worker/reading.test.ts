import { readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as waitFor } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { ImapFlow } from "imapflow";
import { answerInbound } from "../../src/domain/inbound/answer-service.js";
import { retryReading } from "../../src/domain/inbound/reading-service.js";
import { DAY } from "../../src/platform/clock.js";
import { startReading, type ReadingWorker } from "../../src/worker/reading.js";
import { testApp, type TestApp } from "../support/app.js";
import { rawMail } from "../support/inbound.js";
import {
  hasDovecot,
  hasPostfix,
  mailFolders,
  relayTo,
  startDovecot,
  startPostfix,
  type MailFolders,
  type MailServer,
} from "../support/mail-servers.js";
import { aContact, aLetter, aMailing, messageTo } from "../support/mailing.js";
import { staffCtx } from "../support/app.js";
import { settle } from "../support/settle.js";

const isHere = hasDovecot();
if (!isHere) process.stdout.write("Dovecot is not installed: the reading of mailboxes was not tested.\n");
const withDovecot = isHere ? describe : describe.skip;
const hasBoth = isHere && hasPostfix();
if (isHere && !hasBoth) {
  process.stdout.write(
    "Postfix is not installed, or this is not root: real delivery reports were not tested.\n",
  );
}
const withPostfix = hasBoth ? describe : describe.skip;

const mail = (subject: string) => rawMail({ Subject: subject }, `Hello, this is ${subject}.`);

const PACE = { lookAround: 200, poll: 1000, firstWait: 100, longestWait: 400 };

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < 300; round += 1) {
    if (await isSo()) return;
    await waitFor(50);
  }
  throw new Error(`it never came to this: ${what}`);
}

withDovecot("a worker that reads a mailbox", () => {
  let folders: MailFolders;
  let server: MailServer;
  let app: TestApp;
  let user = "";
  let users = 0;
  const running: ReadingWorker[] = [];
  let relay: Awaited<ReturnType<typeof relayTo>> | undefined;

  beforeAll(async () => {
    folders = mailFolders();
    server = await startDovecot(folders);
  });
  afterAll(async () => {
    await server.stop();
    folders.remove();
  });
  beforeEach(async () => {
    users += 1;
    user = `letters${users}`;
    app = await testApp({ config: { imapUrl: `imap://${user}:secret@127.0.0.1:${server.port}/INBOX` } });
    // Mails are dated by the server, so that we have to live in its time.
    app.clock.set(new Date());
  });
  afterEach(async () => {
    for (const each of running.splice(0)) await each.stop();
    await relay?.stop();
    relay = undefined;
    await app.close();
  });

  const read = (reader: TestApp = app) => {
    const worker = startReading(reader, PACE);
    running.push(worker);
    return worker;
  };
  const subjects = async (): Promise<string[]> =>
    app.db("inbound_mails").orderBy("taken_in_at").orderBy("id").pluck("subject");
  const cursor = async () => (await app.db("inbound_cursors").first()) as Record<string, unknown> | undefined;
  async function append(...mails: Buffer[]): Promise<void> {
    const client = new ImapFlow({
      host: "127.0.0.1",
      port: server.port,
      secure: false,
      auth: { user, pass: "secret" },
      logger: false,
    });
    await client.connect();
    for (const mail of mails) await client.append("INBOX", mail);
    await client.logout();
  }

  test("takes in what lies there and what comes later, each mail once, also after a restart", async () => {
    await append(mail("one"), mail("two"));
    const first = read();
    await until("two mails", async () => (await subjects()).length === 2);
    await append(mail("three"));
    await until("a third", async () => (await subjects()).length === 3);
    await first.stop();
    expect(await cursor()).toMatchObject({ state: "waiting", lease_token: null, last_uid: 3 });
    await append(mail("four"));
    read();
    await until("a fourth", async () => (await subjects()).length === 4);
    expect(await subjects()).toEqual(["one", "two", "three", "four"]);
  }, 30_000);

  test("reads all again when the server has numbered its mails anew, and takes in only what is new", async () => {
    await append(mail("one"), mail("two"));
    const first = read();
    await until("two mails", async () => (await subjects()).length === 2);
    await first.stop();
    const before = await cursor();
    const maildir = path.join(folders.mail, user);
    for (const file of readdirSync(maildir)) if (file.startsWith("dovecot")) rmSync(path.join(maildir, file));
    await waitFor(1100); // A uidvalidity is a time in seconds.
    await append(mail("three"));
    read();
    await until("a third", async () => (await subjects()).length === 3);
    expect((await cursor())?.["uid_validity"]).not.toBe(before?.["uid_validity"]);
    expect((await subjects()).sort()).toEqual(["one", "three", "two"]);
  }, 30_000);

  test("is one of several: one reads, and another takes over when it is gone", async () => {
    await append(mail("one"));
    const [first] = [read(), read(), read()];
    await until("one mail", async () => (await subjects()).length === 1);
    const { lease_token: token } = (await cursor()) ?? {};
    await waitFor(500);
    expect((await cursor())?.["lease_token"]).toBe(token);
    await first?.stop();
    for (const each of running.slice(0, 1)) await each.stop();
    await append(mail("two"));
    await until("two mails", async () => (await subjects()).length === 2);
  }, 30_000);

  test("goes on by itself when the line was cut", async () => {
    relay = await relayTo(server.port);
    await app.close();
    app = await testApp({ config: { imapUrl: `imap://${user}:secret@127.0.0.1:${relay.port}/INBOX` } });
    app.clock.set(new Date());
    await append(mail("one"));
    read();
    await until("one mail", async () => (await subjects()).length === 1);
    relay.cut();
    await until("the fault", async () => (await cursor())?.["state_reason"] === "unreachable");
    expect(await app.db("tasks").where({ kind: "reading_paused" })).toEqual([]);
    relay.cut();
    await append(mail("two"));
    await until("two mails", async () => (await subjects()).length === 2);
    expect(await cursor()).toMatchObject({ state: "reading", state_reason: null });
  }, 30_000);

  test("waits for a person when its login is refused, and mails go out meanwhile", async () => {
    await app.close();
    app = await testApp({ config: { imapUrl: `imap://${user}:wrong@127.0.0.1:${server.port}/INBOX` } });
    app.clock.set(new Date());
    read();
    await until("the pause", async () => (await cursor())?.["state"] === "paused");
    expect(await app.db("tasks").first()).toMatchObject({ kind: "reading_paused", done_at: null });
    expect(await app.db("mailboxes").first()).toMatchObject({ state: "active" });
    const contact = await aContact(app);
    await aMailing(await staffCtx(app), await aLetter(app), [contact]);
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "sent" });
    await waitFor(600);
    expect(await app.db("activity").where({ action: "mailbox.reading_paused" })).toHaveLength(1);
    const { mailbox_id: id } = (await cursor()) ?? {};
    await retryReading(await staffCtx(app), String(id));
    expect(await app.db("tasks").first()).toMatchObject({ done_at: app.clock.now() });
    await until(
      "another try",
      async () => (await app.db("activity").where({ action: "mailbox.reading_paused" })).length === 2,
    );
  }, 30_000);

  test("is held up by no mail, however it is built", async () => {
    const hostile = [
      Buffer.alloc(0),
      Buffer.from("\0\0\0"),
      Buffer.from("Content-Type: multipart/mixed; boundary=a\r\n\r\n" + "--a\r\n".repeat(20_000)),
      Buffer.from(`Subject: =?utf-8?B?${"A".repeat(5000)}?=\r\nFrom: ${"<".repeat(3000)}\r\n\r\n\ud800`),
      Buffer.from(Array.from({ length: 4000 }, (_each, index) => (index * 7919) % 256)),
      Buffer.from("From: a@b.example\r\nSubject: large\r\n\r\n" + "x".repeat(11 * 1024 * 1024)),
    ];
    await append(...hostile.filter((each) => each.length > 0), mail("the last"));
    read();
    await until("the last one", async () => (await subjects()).includes("the last"));
    expect(await app.db("inbound_mails").where({ cut: true }).first("subject")).toEqual({ subject: "large" });
  }, 60_000);

  test("leaves alone mail that is older than the days before it was connected", async () => {
    await append(mail("old"));
    app.clock.advance(30 * DAY);
    read();
    await until(
      "a look",
      async () => (await cursor())?.["last_read_at"] !== null && (await cursor()) !== undefined,
    );
    expect(await subjects()).toEqual([]);
  }, 30_000);
});

withPostfix("with real mail servers", () => {
  let folders: MailFolders;
  let dovecot: MailServer;
  let postfix: MailServer;
  let app: TestApp;
  let worker: ReadingWorker;

  beforeAll(async () => {
    folders = mailFolders();
    dovecot = await startDovecot(folders);
    postfix = await startPostfix(folders, {
      domains: ["forum.example", "vesta.example"],
      addresses: { "letters@forum.example": "letters", "ada@vesta.example": "ada" },
    });
    app = await testApp({
      config: {
        smtpUrl: `smtp://127.0.0.1:${postfix.port}`,
        imapUrl: `imap://letters:secret@127.0.0.1:${dovecot.port}/INBOX`,
        unsafeTestDb: false,
      },
    });
    app.clock.set(new Date());
    worker = startReading(app, PACE);
  }, 60_000);
  afterAll(async () => {
    await worker?.stop();
    await app?.mailer.close();
    await app?.close();
    await postfix?.stop();
    await dovecot?.stop();
    folders?.remove();
  }, 60_000);

  test("a mail to somebody who is not there comes back, and the right contact's address is dead", async () => {
    const letter = await aLetter(app);
    const nobody = await aContact(app, { email: "nobody@vesta.example" });
    const ada = await aContact(app, { email: "ada@vesta.example" });
    await aMailing(await staffCtx(app), letter, [nobody, ada]);
    await settle(app);
    expect(await messageTo(app, nobody)).toMatchObject({ state: "sent" });
    await until("the report", async () => (await app.db("inbound_mails")).length === 1);
    const [report] = (await app.db("inbound_mails")) as Record<string, unknown>[];
    expect(report).toMatchObject({ class: "address_dead", match_kind: "verp", contact_id: nobody.id });
    expect(await app.db("contacts").where({ id: nobody.id }).first()).toMatchObject({
      status: "address_invalid",
    });
    expect(await app.db("contacts").where({ id: ada.id }).first()).toMatchObject({ status: "active" });
    expect(await app.db("tasks").where({ kind: "find_contact" }).first()).toMatchObject({
      contact_id: nobody.id,
    });
  }, 60_000);

  test("a person's reply comes in, stops what is still to be sent, and our answer stands in its thread", async () => {
    const ours = await mailIn("ada", /Keep low orbit usable/);
    const ourId = /^Message-ID: (<.*>)/im.exec(ours)?.[1] ?? "";
    expect(ours).toMatch(/^Return-Path: <letters\+b-/m);
    expect(ours).not.toMatch(/^Reply-To:/m);
    const ada = (await app.db("contacts").where({ email: "ada@vesta.example" }).first()) as Record<
      string,
      string
    >;
    const colleague = await aContact(app, {
      email: "ben@vesta.example",
      organisationId: ada["organisation_id"] ?? "",
    });
    await aMailing(await staffCtx(app), await aLetter(app), [colleague]);
    await app
      .db("messages")
      .where({ contact_id: colleague.id })
      .update({ letter_id: await letterOf(ourId) });
    await app.db("sequences").update({ letter_id: await letterOf(ourId) });

    const reply = rawMail(
      { From: "Ada Park <ada@vesta.example>", "In-Reply-To": ourId, "Message-ID": "<r1@vesta.example>" },
      "Tell me more.\n\n> Dear Dr Ada Park",
    );
    await sendBy(postfix.port, reply);
    await until(
      "the reply",
      async () => (await app.db("inbound_mails").where({ class: "human_reply" })).length === 1,
    );
    const row = (await app.db("inbound_mails").where({ class: "human_reply" }).first()) as Record<
      string,
      unknown
    >;
    expect(row).toMatchObject({ match_kind: "thread", contact_id: ada["id"], reply_text: "Tell me more." });
    expect(await messageTo(app, colleague)).toMatchObject({
      state: "cancelled",
      state_reason: "org_replied",
    });

    await answerInbound(await staffCtx(app), String(row["id"]), { body: "Gladly.\n\nInes Falk" });
    await settle(app);
    const answer = await mailIn("ada", /Gladly/);
    expect(answer).toMatch(/^Subject: Re: Keep low orbit usable/m);
    expect(answer).toMatch(/^In-Reply-To: <r1@vesta\.example>/m);
    expect(answer.replaceAll(/\r?\n\s+/g, " ")).toContain(`References: ${ourId} <r1@vesta.example>`);
    expect(answer).not.toMatch(/^(Auto-Submitted|List-Unsubscribe):/m);
  }, 60_000);

  /** A mail that Postfix has delivered to somebody. */
  async function mailIn(name: string, holds: RegExp): Promise<string> {
    const inbox = path.join(folders.mail, name, "new");
    let found = "";
    await until(`a mail to ${name}`, async () => {
      const mails = readdirSync(inbox).map((file) => readFileSync(path.join(inbox, file), "utf8"));
      found = mails.find((each) => holds.test(each)) ?? "";
      return found !== "";
    });
    return found;
  }

  async function letterOf(internetId: string): Promise<string> {
    const rows: { letter_id: string }[] = await app.db("messages").where({ message_id: internetId });
    return rows[0]?.letter_id ?? "";
  }
});

async function sendBy(port: number, raw: Buffer): Promise<void> {
  const { createTransport } = await import("nodemailer");
  const transport = createTransport({ host: "127.0.0.1", port, secure: false, ignoreTLS: true });
  await transport.sendMail({ envelope: { from: "ada@vesta.example", to: ["letters@forum.example"] }, raw });
  transport.close();
}
