import { afterAll, describe, expect, it } from "@jest/globals";
import { LARGEST_MAIL, htmlToText, type ParsedMail } from "../../src/platform/mail-parse.js";
import { MailParser } from "../../src/platform/mail-parser.js";

const parser = new MailParser();
afterAll(() => parser.close());

async function parsed(raw: string | Buffer): Promise<ParsedMail> {
  const result = await parser.parse(typeof raw === "string" ? Buffer.from(raw) : raw);
  if (!result.ok) throw new Error(result.why);
  return result.mail;
}

const REPORT = [
  "From: Mail <mailer-daemon@mx.example>",
  "To: bounce+k7@forum.example",
  "Subject: =?utf-8?Q?Zur=C3=BCck?=",
  " =?utf-8?Q?gesandt?=",
  "Date: Mon, 20 Apr 2026 10:00:00 +0200 (CEST)",
  "Message-ID: <r1@mx.example>",
  "References: <a@forum.example>",
  "  <b@forum.example>",
  'Content-Type: multipart/report; report-type=delivery-status; boundary="cut"',
  "",
  "--cut",
  "Content-Type: text/plain; charset=iso-8859-1",
  "Content-Transfer-Encoding: quoted-printable",
  "",
  "Z=FCrich",
  "--cut",
  "Content-Type: message/delivery-status",
  "",
  "Reporting-MTA: dns; mx.example",
  "",
  "Final-Recipient: rfc822; ines@orbit.example",
  "Action: failed",
  "--cut",
  "Content-Type: message/rfc822",
  "",
  "Message-ID: <b@forum.example>",
  "Subject: Open letter",
  "",
  "Dear Ines",
  "--cut--",
  "",
];

describe("a mail that comes in", () => {
  it("is taken apart: headers decoded, text in its charset, parts of a report kept as they are", async () => {
    const mail = await parsed(REPORT.join("\r\n"));
    expect(mail).toMatchObject({
      from: { name: "Mail", address: "mailer-daemon@mx.example" },
      to: [{ address: "bounce+k7@forum.example" }],
      subject: "Zurückgesandt",
      date: "2026-04-20T08:00:00.000Z",
      messageId: "<r1@mx.example>",
      references: ["<a@forum.example>", "<b@forum.example>"],
      text: expect.stringContaining("Zürich"),
      textFrom: "text",
      truncated: false,
    });
    expect(mail.text).not.toContain("Dear Ines");
    expect(mail.parts.map(({ type }) => type)).toEqual(["message/delivery-status", "message/rfc822"]);
    expect(mail.parts[0]?.text).toContain("Final-Recipient: rfc822; ines@orbit.example");
    expect(mail.parts[1]?.text).toContain("Message-ID: <b@forum.example>");
    expect(mail.headers.map(({ name }) => name).slice(0, 3)).toEqual(["from", "to", "subject"]);
  });

  it("reads the same with CR, LF and CRLF, and after an mbox line", async () => {
    const [crlf, lf, cr] = await Promise.all(["\r\n", "\n", "\r"].map((end) => parsed(REPORT.join(end))));
    expect(lf).toEqual(crlf);
    expect(cr).toEqual(crlf);
    expect(await parsed(`From mailer-daemon Mon Apr 20 10:00:00 2026\n${REPORT.join("\n")}`)).toEqual(crlf);
  });

  it("is read in the charsets of the world", async () => {
    const texts: readonly (readonly [string, Buffer, string])[] = [
      ["koi8-r", Buffer.from([0xf0, 0xd2, 0xc9, 0xd7, 0xc5, 0xd4]), "Привет"],
      ["windows-1251", Buffer.from([0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]), "Привет"],
      ["gb2312", Buffer.from([0xc4, 0xe3, 0xba, 0xc3]), "你好"],
      ["iso-2022-jp", Buffer.from("\u001b$B$3$s\u001b(B", "latin1"), "こん"],
      ["windows-1256", Buffer.from([0xe3, 0xd1, 0xcd, 0xc8, 0xc7]), "مرحبا"],
    ];
    for (const [charset, bytes, text] of texts) {
      const head = `From: a@b.example\nContent-Type: text/plain; charset=${charset}\nContent-Transfer-Encoding: 8bit\n\n`;
      expect((await parsed(Buffer.concat([Buffer.from(head), bytes]))).text.trim()).toBe(text);
    }
  });

  it("is read by its HTML when it has no text", async () => {
    const mail = await parsed(
      "From: a@b.example\nContent-Type: text/html\n\n<style>p{}</style><p>We &amp; you</p><script>x<y</script><div>sign<br>now</div>",
    );
    expect(mail).toMatchObject({ textFrom: "html", text: "We & you\nsign\nnow" });
    expect(htmlToText("<p>&#x41;&#66;&unknown;")).toBe("AB&unknown;");
  });

  it("is read as it stands when its parts can't be told apart", async () => {
    const mail = await parsed(
      'From: a@b.example\nContent-Type: multipart/mixed; boundary="other"\n\n--cut\n\nHello',
    );
    expect(mail.text).toContain("Hello");
  });

  it("that is very big is read by its head, and what comes back is bounded", async () => {
    const head = Buffer.from("From: a@b.example\nSubject: Big\n\n");
    const big = await parsed(Buffer.concat([head, Buffer.alloc(LARGEST_MAIL, "long line of text\n")]));
    expect(big).toMatchObject({ subject: "Big", truncated: true });
    expect(big.text.length).toBeLessThanOrEqual(256 * 1024);
    const many = await parsed(
      `${Array.from({ length: 3000 }, (_, index) => `X-${index}: 1`).join("\n")}\n\nHello`,
    );
    expect(many.headers.length).toBeLessThanOrEqual(500);
    expect(many.truncated).toBe(true);
  });

  it("may be empty, or no mail at all", async () => {
    expect((await parsed("")).text).toBe("");
    expect((await parsed(Buffer.from([0, 255, 0, 13, 10, 7]))).parts).toEqual([]);
    expect((await parser.parse(Buffer.alloc(65 * 1024 * 1024))).ok).toBe(false);
  });
});

describe("the parser", () => {
  it("gives up a mail that takes too long, and reads the next one", async () => {
    const hasty = new MailParser({ milliseconds: 1 });
    const slow = Buffer.from(`From: a@b.example\n\n${"a\n".repeat(2_000_000)}`);
    expect(await hasty.parse(slow)).toEqual({ ok: false, why: "the mail took too long to parse" });
    await hasty.close();
    expect((await parser.parse(Buffer.from("Subject: next\n\n"))).ok).toBe(true);
  });

  it("survives a mail that needs more memory than it may have", async () => {
    const small = new MailParser({ megabytes: 12 });
    const hungry = Buffer.from(`From: a@b.example\n\n${"a\n".repeat(4_500_000)}`);
    const [first, second] = await Promise.all([
      small.parse(hungry),
      small.parse(Buffer.from("Subject: next\n\n")),
    ]);
    expect(first.ok).toBe(false);
    expect(second.ok).toBe(true);
    await small.close();
  });

  it("answers what still waits when it is closed", async () => {
    const closing = new MailParser();
    const waiting = [
      closing.parse(Buffer.from("Subject: a\n\n")),
      closing.parse(Buffer.from("Subject: b\n\n")),
    ];
    await closing.close();
    expect((await Promise.all(waiting)).map(({ ok }) => ok)).toEqual([false, false]);
    expect(await closing.parse(Buffer.from("Subject: c\n\n"))).toEqual({
      ok: false,
      why: "the parser is closed",
    });
  });
});
