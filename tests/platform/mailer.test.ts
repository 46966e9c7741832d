import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { silentLog } from "../../src/platform/log.js";
import {
  captureMailer,
  readMailbox,
  smtpMailer,
  type Mailer,
  type OutgoingMail,
} from "../../src/platform/mailer.js";
import { headerOf, smtpSink, type SinkBehaviour, type SmtpSink } from "../support/smtp-sink.js";

let sink: SmtpSink;
let mailer: Mailer;

beforeAll(async () => {
  sink = await smtpSink();
  mailer = smtpMailer(sink.url, silentLog(), { connections: 2, deadlines: { toData: 700, toReply: 700 } });
});

afterAll(async () => {
  await mailer.close();
  await sink.close();
});

beforeEach(() => {
  sink.mails.length = 0;
  sink.behave("accept");
});

function mail(change: Partial<OutgoingMail> = {}): OutgoingMail {
  return {
    messageId: "<0192-test@letters.example>",
    from: { name: "Orbital Commons Trust", address: "letters@letters.example" },
    envelopeFrom: "letters@letters.example",
    to: { name: "Ada Park", address: "ada@vesta.example" },
    replyTo: "team@commons.example",
    date: new Date("2027-03-04T09:00:00Z"),
    subject: "A letter on debris",
    text: "Good day",
    html: "<p>Good day</p>",
    headers: {},
    ...change,
  };
}

test("a mail goes out as text and HTML with our own Message-ID and no trace of the sending program", async () => {
  await expect(mailer.send(mail())).resolves.toMatchObject({ kind: "sent", reason: "accepted" });
  const [sunk] = sink.mails;
  expect(sunk?.to).toEqual(["ada@vesta.example"]);
  expect(sunk?.from).toBe("letters@letters.example");
  expect(headerOf(sunk!, "message-id")).toBe("<0192-test@letters.example>");
  expect(headerOf(sunk!, "reply-to")).toBe("team@commons.example");
  expect(headerOf(sunk!, "content-type")).toMatch(/^multipart\/alternative/);
  expect(headerOf(sunk!, "x-mailer")).toBeUndefined();
  expect(sunk?.raw).toContain("text/plain");
  expect(sunk?.raw).toContain("text/html");
});

describe("the table of verdicts", () => {
  const table: [string, SinkBehaviour, string, string][] = [
    ["dropped at connect", "drop_at_connect", "deferred", "unreachable"],
    ["dropped at MAIL", "drop_at_mail", "deferred", "unreachable"],
    ["dropped at RCPT", "drop_at_rcpt", "deferred", "unreachable"],
    ["silent at RCPT until the deadline", "silent_at_rcpt", "deferred", "timeout"],
    ["sender refused", { at: "mail", status: 550, text: "5.7.1 not you" }, "deferred", "sender_refused"],
    ["greylisted at RCPT", { at: "rcpt", status: 451, text: "4.7.1 later" }, "deferred", "later"],
    [
      "unknown at RCPT",
      { at: "rcpt", status: 550, text: "5.1.1 user unknown" },
      "failed",
      "recipient_refused",
    ],
    ["4xx after the dot", { at: "data", status: 452, text: "4.3.1 disk" }, "deferred", "later"],
    ["5xx after the dot", { at: "data", status: 554, text: "5.7.1 spam" }, "failed", "message_refused"],
    ["reset in the body", "drop_in_body", "uncertain", "no_answer"],
    ["reset after the dot", "drop_after_dot", "uncertain", "no_answer"],
    ["ended after the dot", "end_after_dot", "uncertain", "no_answer"],
    ["silent after the dot until the deadline", "silent_after_dot", "uncertain", "timeout"],
  ];
  test.each(table)("%s", async (_name, behaviour, kind, reason) => {
    sink.behave(behaviour);
    const fresh = smtpMailer(sink.url, silentLog(), { deadlines: { toData: 700, toReply: 700 } });
    await expect(fresh.send(mail())).resolves.toMatchObject({ kind, reason });
    await fresh.close();
  });

  test.each(table.slice(1))(
    "%s, on a connection that has carried a mail before",
    async (_name, behaviour, kind, reason) => {
      await mailer.send(mail());
      await mailer.send(mail());
      sink.behave(behaviour);
      await expect(mailer.send(mail())).resolves.toMatchObject({ kind, reason });
      sink.behave("accept");
      await expect(mailer.send(mail())).resolves.toMatchObject({ kind: "sent" });
    },
  );

  test("nobody listens", async () => {
    const gone = await smtpSink();
    await gone.close();
    const lost = smtpMailer(gone.url, silentLog());
    await expect(lost.send(mail())).resolves.toMatchObject({ kind: "deferred", reason: "unreachable" });
    await lost.close();
  });

  test("a stopped worker knows what it has cut off: before the body nothing went, after it nobody knows", async () => {
    for (const [behaviour, kind] of [
      ["silent_at_rcpt", "deferred"],
      ["silent_after_dot", "uncertain"],
    ] as const) {
      sink.behave(behaviour);
      const end = new AbortController();
      const running = mailer.send(mail(), end.signal);
      setTimeout(() => end.abort(), 150);
      await expect(running).resolves.toMatchObject({ kind, reason: "interrupted" });
    }
  });
});

test("one slow server does not hold up the other mails", async () => {
  sink.behave((recipient) => (recipient.startsWith("slow") ? "silent_at_rcpt" : "accept"));
  const slow = mailer.send(mail({ to: { name: null, address: "slow@vesta.example" } }));
  const others = await Promise.all(
    [1, 2, 3, 4].map((n) => mailer.send(mail({ to: { name: null, address: `n${n}@vesta.example` } }))),
  );
  expect(others.every((verdict) => verdict.kind === "sent")).toBe(true);
  await expect(slow).resolves.toMatchObject({ kind: "deferred" });
});

describe("nobody else gets the mail and no header is added", () => {
  const addresses = [
    "a@b.example\r\nBcc: evil@example.net",
    "a@b.example, evil@example.net",
    "a@b.example; evil@example.net",
    "evil@example.net <a@b.example>",
    "<evil@example.net>",
    '"evil@example.net"@b.example',
    "list: a@b.example, evil@example.net;",
    "a@b.example> RCPT TO:<evil@example.net",
    "a@b.example\u2028Bcc: evil@example.net",
    "a b@c.example",
    "@b.example",
    "",
  ];
  test.each(addresses)("the address %j is refused before any connection", async (address) => {
    await expect(mailer.send(mail({ to: { name: null, address } }))).resolves.toMatchObject({
      kind: "failed",
      reason: "address_malformed",
    });
    expect(sink.mails).toHaveLength(0);
  });

  const names = [
    "Ada\r\nBcc: evil@example.net",
    "Ada <evil@example.net>",
    'Ada" <evil@example.net>, "x',
    "Ada, evil@example.net",
    "=?utf-8?q?=0D=0ABcc:_evil=40example.net?=",
    "Ada\u0000\u000b\u2028Cc: evil@example.net",
    "名前\r\nX-Evil: 1",
    '\\" evil@example.net',
  ];
  test.each(names)("the name and subject %j stay words", async (name) => {
    await mailer.send(
      mail({
        to: { name, address: "ada@vesta.example" },
        from: { name, address: "letters@letters.example" },
        subject: name,
        replyTo: `x@y.example\r\nBcc: evil@example.net`,
        headers: { "List-Unsubscribe": `<https://l.example/u>${name}` },
      }),
    );
    const [sunk] = sink.mails;
    expect(sunk?.to).toEqual(["ada@vesta.example"]);
    const head = (sunk?.raw.split("\r\n\r\n")[0] ?? "").replace(/\r\n[ \t]+/g, " ");
    const fields = head.split("\r\n").map((line) => line.split(":")[0]);
    expect(new Set(fields)).toEqual(
      new Set([
        "Content-Type",
        "Date",
        "From",
        "List-Unsubscribe",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
      ]),
    );
  });
});

test("captured mail is never sent, and a malformed address shows there too", async () => {
  const capture = captureMailer();
  await expect(capture.send(mail())).resolves.toMatchObject({ kind: "sent", reason: "captured" });
  await expect(capture.send(mail({ to: { name: null, address: "no" } }))).resolves.toMatchObject({
    kind: "failed",
  });
});

test("the sender's address is read with or without a name", () => {
  expect(readMailbox("Countersign <letters@l.example>")).toEqual({
    name: "Countersign",
    address: "letters@l.example",
  });
  expect(readMailbox("letters@l.example")).toEqual({ name: null, address: "letters@l.example" });
  expect(() => readMailbox("letters")).toThrow("MAIL_FROM");
});
