/** What strangers can do to us by mail alone, and what they can't. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { answerInbound } from "../../../src/domain/inbound/answer-service.js";
import { sourceOfInbound } from "../../../src/domain/inbound/desk-service.js";
import { takeInMail } from "../../../src/domain/inbound/take-in-service.js";
import { ensureLink, linkAddress } from "../../../src/domain/links/service.js";
import { DAY } from "../../../src/platform/clock.js";
import { START, staffCtx, testApp, type TestApp } from "../../support/app.js";
import { bounceMail, inboundRow, rawMail, reader, stepsOf, takeIn } from "../../support/inbound.js";
import { aContact, aLetter, aMailing, messageTo, type TestLetter } from "../../support/mailing.js";
import { settle } from "../../support/settle.js";
import { smtpSink } from "../../support/smtp-sink.js";

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

describe("a mail that quotes ours", () => {
  test("leaves no link of a contact in the database that could be used, in whatever form it came", async () => {
    const contact = await aContact(app, { email: "ada@vesta.example" });
    await aMailing(await staffCtx(app), letter, [contact]);
    await settle(app);
    const message = await messageTo(app, contact);
    const link = await ensureLink(app.system, "unsubscribe", String(message["id"]));
    const address = linkAddress(app.system, link);
    const secret = address.slice(address.lastIndexOf("/") + 1);
    const wrapped = `https://guard.example/?u=${encodeURIComponent(address)}&k=1`;
    const text = `We will look.\n\n> Sign at ${address}\n> or ${wrapped}\n(${secret})`;
    const plain = await takeIn(
      app,
      rawMail({ Subject: `Re: ${address}`, To: `"${address}" <a@b.example>` }, text),
    );
    const encoded = rawMail(
      { "Content-Transfer-Encoding": "base64" },
      Buffer.from(text).toString("base64").replaceAll(/.{76}/g, "$&\n"),
    );
    const inBase64 = await takeIn(app, encoded);
    for (const taken of [plain, inBase64]) {
      const row = await inboundRow(app, taken);
      const { raw, hash: _hash, ...rest } = row;
      expect(row.body_text).toContain("[link]");
      expect(JSON.stringify(rest)).not.toContain(secret);
      expect(raw?.toString("latin1")).not.toContain("We will look");
      expect(raw?.toString("latin1")).not.toContain(secret);
    }
    const outreach = await staffCtx(app, "outreach");
    expect((await sourceOfInbound(outreach, String(plain.id))).toString()).toContain(secret);
    for (const role of ["viewer", "editor", "reviewer"] as const) {
      const other = await staffCtx(app, role);
      await expect(sourceOfInbound(other, String(plain.id))).rejects.toMatchObject({ kind: "forbidden" });
    }
  });
});

describe("a mail server that lies", () => {
  const claims = [
    { size: 4_294_967_295 },
    { size: Number.MAX_SAFE_INTEGER },
    { receivedAt: new Date(Number.NaN) },
    { receivedAt: new Date(8.64e15) },
    { receivedAt: new Date("0001-01-01T00:00:00Z") },
  ];
  test.each(claims)(
    "about %p of a mail holds up no other mail, and dates none into the future",
    async (claim) => {
      const raw = rawMail({}, "Hello");
      const taken = await takeInMail(app.system, reader, { raw, mailboxId: null, ...claim });
      expect(taken.class).toBe("human_reply");
      const row = await inboundRow(app, taken);
      expect(row.received_at.getTime()).toBeLessThanOrEqual(app.clock.now().getTime());
      expect(row.received_at.getTime()).toBeGreaterThan(app.clock.now().getTime() - DAY);
    },
  );
});

test("a header whose character falls on the cut doesn't hide what the mail says", async () => {
  const to = `${"a".repeat(999)}😀 <letters@forum.example>`;
  const row = await inboundRow(
    app,
    await takeIn(app, rawMail({ To: to, Subject: "unsubscribe" }, "unsubscribe")),
  );
  expect(row.class).toBe("unsubscribe_request");
});

const complaint = (named: readonly string[], returned = "") =>
  rawMail(
    {
      From: "abuse@provider.example",
      Subject: "FW: Keep low orbit usable",
      "Content-Type": 'multipart/report; report-type=feedback-report; boundary="B"',
    },
    `--B\nContent-Type: text/plain\n\nA report.\n\n--B\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse
User-Agent: x/1\nVersion: 1\n${named.map((each) => `Original-Rcpt-To: <${each}>\n`).join("")}
--B\nContent-Type: message/rfc822\n\nFrom: letters@forum.example\nSubject: x\n${returned}\nDear\n--B--\n`,
  );
const suppressed = async () => (await app.db("suppressions").orderBy("id").pluck("address_hash")) as Buffer[];

async function threeWritten() {
  const people = [];
  for (const name of ["ada", "ben", "cleo"]) {
    people.push(await aContact(app, { email: `${name}@${name}-orbital.example` }));
  }
  await aMailing(await staffCtx(app), letter, people);
  await settle(app);
  return people;
}

describe("what a stranger writes in other people's names", () => {
  test("a complaint that knows none of our mails stops one address at most, and only one that we wrote to", async () => {
    const people = await threeWritten();
    const stranger = await aContact(app, { email: "dan@dan-orbital.example" });
    await takeIn(app, complaint(people.map(({ email }) => email)));
    await takeIn(app, complaint([stranger.email]));
    expect(await suppressed()).toEqual([]);
    expect(await app.db("tasks").pluck("kind")).toEqual(["complaint", "complaint"]);
    await takeIn(app, complaint([String(people[0]?.email)]));
    expect(await suppressed()).toEqual([people[0]?.hash]);
  });

  test("a complaint of one of our recipients is about that recipient, whomever it names", async () => {
    const people = await threeWritten();
    const { message_id: id } = await messageTo(app, people[1] as never);
    await takeIn(
      app,
      complaint(
        people.map(({ email }) => email),
        `Message-ID: ${String(id)}\n`,
      ),
    );
    expect(await suppressed()).toEqual([people[1]?.hash]);
  });

  test("that somebody has left is checked by a person, unless it answers a mail of ours; mails wait meanwhile", async () => {
    const [ada] = await threeWritten();
    const raw = rawMail(
      { From: String(ada?.email), "Auto-Submitted": "auto-replied", Subject: "Automatic reply" },
      "Ada Park no longer works at Ada Orbital. Please contact Ben Moor at ben.moor@evil.example instead.",
    );
    const row = await inboundRow(app, await takeIn(app, raw));
    expect(row).toMatchObject({ class: "auto_reply", match_kind: "sender" });
    expect(stepsOf(row)).toEqual(["event", "pause", "task"]);
    expect(await app.db("contacts").where({ id: ada?.id }).first()).toMatchObject({ status: "active" });
  });
});

describe("a flood", () => {
  test("of one sender is kept and obeyed, and fills neither the tasks nor the disk", async () => {
    const ada = await aContact(app, { email: "ada@vesta.example" });
    for (let n = 0; n < 30; n += 1) await takeIn(app, rawMail({}, `Hello ${n} ${"x".repeat(9000)}`));
    expect(await app.db("tasks").pluck("kind")).toHaveLength(20);
    const kept = (await app.db("inbound_mails").whereNull("handled_at").orderBy("id")) as {
      raw: Buffer | null;
      body_text: string;
    }[];
    expect(kept).toHaveLength(30);
    expect(kept.filter(({ raw }) => raw !== null)).toHaveLength(20);
    expect(Math.max(...kept.slice(20).map(({ body_text: text }) => text.length))).toBe(4000);
    await takeIn(app, rawMail({ Subject: "unsubscribe" }, "unsubscribe"));
    expect(await app.db("suppressions").pluck("address_hash")).toEqual([ada.hash]);
    app.clock.advance(DAY + 1000);
    await takeIn(app, rawMail({}, "Hello again"));
    expect(await app.db("tasks").pluck("kind")).toHaveLength(21);
  });

  test("of many unknown senders leaves the answers of people we know their tasks", async () => {
    await aContact(app, { email: "ada@vesta.example" });
    for (let n = 0; n < 205; n += 1)
      await takeIn(app, rawMail({ From: `s${n}@spam${n}.example` }, `Buy ${n}`));
    expect(await app.db("tasks").pluck("kind")).toHaveLength(200);
    await takeIn(app, rawMail({}, "Gladly"));
    expect(await app.db("tasks").whereNotNull("organisation_id").pluck("kind")).toEqual(["answer_reply"]);
  });
});

test("a machine is never answered, nor is what it sent us anybody's to answer by mistake", async () => {
  const staff = await staffCtx(app);
  await aContact(app, { email: "ada@vesta.example" });
  const away = await takeIn(
    app,
    rawMail({ "Auto-Submitted": "auto-replied", Subject: "Automatic reply" }, "I am away."),
  );
  const report = await takeIn(app, bounceMail({ to: "ada@vesta.example" }));
  for (const { id } of [away, report]) {
    await expect(answerInbound(staff, String(id), { body: "Thank you." })).rejects.toMatchObject({
      code: "inbound.machine",
    });
  }
  expect(await app.db("messages")).toEqual([]);
});

test("an answer takes no header and no recipient over from the mail it answers", async () => {
  const sink = await smtpSink();
  const own = await testApp({ config: { smtpUrl: sink.url } });
  try {
    const hostile = rawMail(
      {
        From: "=?utf-8?Q?Eve=0D=0ABcc:_evil@evil.example?= <eve@vesta.example>",
        Subject: "=?utf-8?Q?Hi=0D=0ABcc:_evil@evil.example=E2=80=A8X-Bad:_1?=",
        "Message-ID": "<a\u0001\u0085b@evil.example>",
        References: `<c\u0000d@evil.example> <${"é".repeat(300)}@evil.example> ${"<x@y> ".repeat(500)}`,
      },
      "Tell me more.",
    );
    const { id } = await takeIn(own, hostile);
    await answerInbound(await staffCtx(own), String(id), { body: "Gladly." });
    await settle(own);
    expect(sink.mails).toHaveLength(1);
    const [mail] = sink.mails;
    expect(mail?.to).toEqual(["eve@vesta.example"]);
    const head = String(mail?.raw).split("\r\n\r\n")[0] ?? "";
    const names = head.split("\r\n").flatMap((line) => /^([A-Za-z-]+):/.exec(line)?.[1]?.toLowerCase() ?? []);
    expect(names).not.toContain("bcc");
    expect(names).not.toContain("x-bad");
    expect(new Set(names).size).toBe(names.length);
    // oxlint-disable-next-line no-control-regex
    expect(head).not.toMatch(/[^\r\n\t\u0020-\u007e]/);
    expect(Math.max(...head.split("\r\n").map((line) => line.length))).toBeLessThanOrEqual(998);
  } finally {
    await own.mailer.close();
    await own.close();
    await sink.close();
  }
});
