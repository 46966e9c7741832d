import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { silentLog } from "../../src/platform/log.js";
import { smtpMailer, type Mailer, type OutgoingMail, type SmtpServer } from "../../src/platform/mailer.js";
import { faultServer, type Fault, type FaultServer, type FaultStage } from "../support/fault-server.js";

/** The deadlines of production are 60 s and 10 min; nothing else differs here. */
const DEADLINES = { toData: 600, toReply: 600 };

const mail: OutgoingMail = {
  messageId: "<1@letters.example>",
  from: { name: null, address: "letters@letters.example" },
  envelopeFrom: "letters@letters.example",
  to: { name: null, address: "ada@vesta.example" },
  replyTo: null,
  date: new Date("2027-03-04T09:00:00Z"),
  subject: "A letter on debris",
  text: "Good day. ".repeat(2000),
  html: "<p>Good day</p>",
  headers: {},
};

let server: FaultServer;
let mailer: Mailer | undefined;

beforeAll(async () => {
  server = await faultServer({ auth: true, starttls: true });
});
afterEach(async () => {
  server.misbehave(null);
  await mailer?.close();
});
afterAll(() => server.close());

function open(change: Partial<SmtpServer> = {}, connections = 1): Mailer {
  const account: SmtpServer = {
    host: "127.0.0.1",
    port: server.port,
    security: "none",
    user: "letters",
    password: "hush",
    ...change,
  };
  mailer = smtpMailer(account, silentLog(), { connections, deadlines: DEADLINES });
  return mailer;
}

type Row = [name: string, at: FaultStage, how: Fault, kind: string, reason: string];

/** What fails before a connection can carry a mail: a kept one is past it. */
const BEFORE: Row[] = [
  ["reset at connect", "connect", "reset", "deferred", "unreachable"],
  ["closed at connect", "connect", "end", "deferred", "unreachable"],
  ["silent at connect", "connect", "silence", "deferred", "timeout"],
  ["a tarpit at connect", "connect", "tarpit", "deferred", "timeout"],
  ["turned away at connect", "connect", { answer: "554 5.7.1 no" }, "deferred", "unreachable"],
  ["busy at connect", "connect", { answer: "421 4.3.2 busy" }, "deferred", "later"],
  ["reset at EHLO", "ehlo", "reset", "deferred", "unreachable"],
  ["closed at EHLO", "ehlo", "end", "deferred", "unreachable"],
  ["silent at EHLO", "ehlo", "silence", "deferred", "timeout"],
  ["a tarpit at EHLO", "ehlo", "tarpit", "deferred", "timeout"],
  ["reset at AUTH", "auth", "reset", "deferred", "unreachable"],
  ["silent at AUTH", "auth", "silence", "deferred", "timeout"],
  ["login refused", "auth", { answer: "535 5.7.8 wrong password" }, "deferred", "login_refused"],
  ["login not possible now", "auth", { answer: "454 4.7.0 later" }, "deferred", "later"],
];

const ON_ANY_CONNECTION: Row[] = [
  ["reset at MAIL", "mail", "reset", "deferred", "unreachable"],
  ["closed at MAIL", "mail", "end", "deferred", "unreachable"],
  ["silent at MAIL", "mail", "silence", "deferred", "timeout"],
  ["a tarpit at MAIL", "mail", "tarpit", "deferred", "timeout"],
  ["sender refused", "mail", { answer: "550 5.7.1 not you" }, "deferred", "sender_refused"],
  ["sender not now", "mail", { answer: "451 4.3.0 later" }, "deferred", "later"],
  ["reset at RCPT", "rcpt", "reset", "deferred", "unreachable"],
  ["silent at RCPT", "rcpt", "silence", "deferred", "timeout"],
  ["a tarpit at RCPT", "rcpt", "tarpit", "deferred", "timeout"],
  ["unknown at RCPT", "rcpt", { answer: "550 5.1.1 unknown" }, "failed", "recipient_refused"],
  ["greylisted at RCPT", "rcpt", { answer: "451 4.7.1 greylisted" }, "deferred", "later"],
  ["shutting down at RCPT", "rcpt", { answer: "421 4.3.2 bye" }, "deferred", "later"],
  ["reset before 354", "data", "reset", "deferred", "unreachable"],
  ["closed before 354", "data", "end", "deferred", "unreachable"],
  ["silent before 354", "data", "silence", "deferred", "timeout"],
  ["a tarpit before 354", "data", "tarpit", "deferred", "timeout"],
  ["refused instead of 354", "data", { answer: "554 5.7.1 no" }, "failed", "message_refused"],
  ["not now instead of 354", "data", { answer: "451 4.3.0 later" }, "deferred", "later"],
  ["reset in the body", "body", "reset", "uncertain", "no_answer"],
  ["silent in the body", "body", "silence", "uncertain", "timeout"],
  ["reset after the dot", "dot", "reset", "uncertain", "no_answer"],
  ["closed after the dot", "dot", "end", "uncertain", "no_answer"],
  ["silent after the dot", "dot", "silence", "uncertain", "timeout"],
  ["a tarpit after the dot", "dot", "tarpit", "uncertain", "timeout"],
  ["closed within the answer", "dot", { answer: "25", cut: true }, "uncertain", "no_answer"],
  ["4xx after the dot", "dot", { answer: "452 4.3.1 disk full" }, "deferred", "later"],
  ["5xx after the dot", "dot", { answer: "554 5.7.1 spam" }, "failed", "message_refused"],
];

describe("the table of verdicts, on a connection of its own", () => {
  test.each([...BEFORE, ...ON_ANY_CONNECTION])("%s", async (_name, at, how, kind, reason) => {
    server.misbehave({ at, how });
    await expect(open().send(mail)).resolves.toMatchObject({ kind, reason });
  });

  test("refused", async () => {
    await server.refuse();
    await expect(open().send(mail)).resolves.toMatchObject({ kind: "deferred", reason: "unreachable" });
    await server.listen();
  });
});

describe("the table of verdicts, on a connection that has carried a mail before", () => {
  // nodemailer keeps the words of a 421 on such a connection to itself.
  const rows = ON_ANY_CONNECTION.map((row): Row =>
    row[0] === "shutting down at RCPT" ? [row[0], row[1], row[2], row[3], "unreachable"] : row,
  );
  test.each(rows)("%s", async (_name, at, how, kind, reason) => {
    const kept = open();
    await expect(kept.send(mail)).resolves.toMatchObject({ kind: "sent" });
    server.misbehave({ at, how });
    await expect(kept.send(mail)).resolves.toMatchObject({ kind, reason });
    server.misbehave(null);
    await expect(kept.send(mail)).resolves.toMatchObject({ kind: "sent" });
  });

  test.each(BEFORE)("%s, after the server has broken the kept one", async (_name, at, how, kind, reason) => {
    const kept = open();
    await expect(kept.send(mail)).resolves.toMatchObject({ kind: "sent" });
    await server.refuse();
    await server.listen();
    server.misbehave({ at, how });
    // The first one may still go down the broken line, before the client has heard of the break.
    await expect(kept.send(mail)).resolves.toMatchObject({ kind: "deferred" });
    await expect(kept.send(mail)).resolves.toMatchObject({ kind, reason });
  });

  test("refused, after the server has broken the kept one", async () => {
    const kept = open();
    await expect(kept.send(mail)).resolves.toMatchObject({ kind: "sent" });
    await server.refuse();
    await expect(kept.send(mail)).resolves.toMatchObject({ kind: "deferred", reason: "unreachable" });
    await server.listen();
  });
});

describe("a line that has to be encrypted", () => {
  const table: Row[] = [
    ["STARTTLS refused", "starttls", { answer: "502 5.5.1 no" }, "deferred", "encryption_failed"],
    ["STARTTLS not possible now", "starttls", { answer: "454 4.7.0 later" }, "deferred", "later"],
    ["reset at STARTTLS", "starttls", "reset", "deferred", "unreachable"],
    ["reset in the handshake", "starttls", { answer: "220 go", cut: true }, "deferred", "unreachable"],
    ["silent at STARTTLS", "starttls", "silence", "deferred", "timeout"],
  ];
  test.each(table)("%s", async (_name, at, how, kind, reason) => {
    server.misbehave({ at, how });
    await expect(open({ security: "starttls" }).send(mail)).resolves.toMatchObject({ kind, reason });
  });

  test("a server that speaks in clear where TLS is expected is a fault of encryption", async () => {
    const verdict = open({ security: "tls" }).send(mail);
    await expect(verdict).resolves.toMatchObject({ kind: "deferred", reason: "encryption_failed" });
  });

  test("a server that offers no encryption gets neither password nor mail", async () => {
    const plain = await faultServer({ auth: true });
    plain.misbehave({ at: "starttls", how: { answer: "502 5.5.1 what?" } });
    const verdict = open({ port: plain.port, security: "starttls" }).send(mail);
    await expect(verdict).resolves.toMatchObject({ kind: "deferred", reason: "encryption_failed" });
    expect(plain.mails).toBe(0);
    await plain.close();
  });

  test.each(["tls", "starttls"] as const)(
    "a certificate nobody vouches for is not believed (%s)",
    async (security) => {
      const selfSigned = new SMTPServer({ secure: security === "tls", authOptional: true, logger: false });
      selfSigned.on("error", () => {});
      await new Promise<void>((resolve) => void selfSigned.listen(0, "127.0.0.1", resolve));
      const { port } = selfSigned.server.address() as AddressInfo;
      const verdict = open({ port, security, user: null }).send(mail);
      await expect(verdict).resolves.toMatchObject({ kind: "deferred", reason: "encryption_failed" });
      await new Promise<void>((resolve) => selfSigned.close(resolve));
    },
  );
});

describe("a server that keeps a mail waiting", () => {
  test("holds up its own connection only", async () => {
    const two = open({}, 2);
    await two.send(mail);
    server.misbehave({ at: "rcpt", how: "tarpit" });
    const stuck = two.send(mail);
    await new Promise((resolve) => setTimeout(resolve, 100));
    server.misbehave(null);
    const others = [await two.send(mail), await two.send(mail), await two.send(mail)];
    expect(others.map((verdict) => verdict.kind)).toEqual(["sent", "sent", "sent"]);
    await expect(stuck).resolves.toMatchObject({ kind: "deferred", reason: "timeout" });
  });

  test("lets those who wait behind it go back to the queue, and never sends them late", async () => {
    const line = {
      host: "127.0.0.1",
      port: server.port,
      security: "none",
      user: null,
      password: null,
    } as const;
    const busy = smtpMailer(line, silentLog(), {
      connections: 1,
      deadlines: { toData: 400, toReply: 1500 },
    });
    server.misbehave({ at: "dot", how: "silence" });
    const before = server.mails;
    const stop = new AbortController();
    const first = busy.send(mail);
    const second = busy.send(mail);
    const third = busy.send(mail, stop.signal);
    stop.abort();
    await expect(third).resolves.toMatchObject({ kind: "deferred", reason: "interrupted" });
    await expect(second).resolves.toMatchObject({ kind: "deferred", reason: "timeout" });
    await expect(first).resolves.toMatchObject({ kind: "uncertain", reason: "timeout" });
    server.misbehave(null);
    await expect(busy.send(mail)).resolves.toMatchObject({ kind: "sent" });
    expect(server.mails).toBe(before + 2);
    await busy.close();
  });

  test.each(["connect", "rcpt", "dot"] as const)("loses the connection when time is up (%s)", async (at) => {
    const slow = open();
    server.misbehave({ at, how: "tarpit" });
    await slow.send(mail);
    await slow.close();
    for (let turn = 0; turn < 100 && server.open() > 0; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(server.open()).toBe(0);
  });
});

describe("trying a mailbox", () => {
  test("says that all is well without sending", async () => {
    const before = server.mails;
    await expect(open().check?.()).resolves.toBeUndefined();
    expect(server.mails).toBe(before);
  });
  test.each([
    ["connect", "reset", "unreachable"],
    ["auth", { answer: "535 5.7.8 wrong password" }, "login_refused"],
    ["ehlo", "tarpit", "timeout"],
  ] as [FaultStage, Fault, string][])("or what went wrong at %s", async (at, how, reason) => {
    server.misbehave({ at, how });
    await expect(open().check?.()).resolves.toMatchObject({ reason });
  });
});

describe("what another machine says when a mailbox is tried", () => {
  const said: [string, string, string | null][] = [
    ["of another service is not passed on", "SSH-2.0-OpenSSH_9.6 build 7", null],
    ["of another service is not passed on, whatever it begins with", "-ERR unknown command 'EHLO'", null],
    [
      "loses what would act in a terminal or a page",
      "554 5.7.1 \u001b[31mno\u0007 <b>\u0000x</b>",
      "554 5.7.1  [31mno  <b> x</b>",
    ],
    ["has an end", `554 ${"x".repeat(5000)}`, `554 ${"x".repeat(496)}`],
  ];
  test.each(said)("%s", async (_what, greeting, reply) => {
    const other = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.write(`${greeting}\r\n`);
    }).listen(0, "127.0.0.1");
    await once(other, "listening");
    const verdict = await open({ port: (other.address() as AddressInfo).port }).check?.();
    other.close();
    expect(verdict).toMatchObject({ kind: "deferred", reason: "unreachable", reply });
  });
});
