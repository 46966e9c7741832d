/** Mails as they come in, written by hand, and what takes them in. */
import { takeInMail, type MailReader, type TakenIn } from "../../src/domain/inbound/take-in-service.js";
import type { InboundRow } from "../../src/domain/inbound/store.js";
import { parseMail } from "../../src/platform/mail-parse.js";
import type { TestApp } from "./app.js";

/** Parses in the test's own thread: what the worker thread adds is tested with it. */
export const reader: MailReader = {
  parse: async (raw) => ({ ok: true, mail: await parseMail(raw) }),
};

/** A mail as text, with CRLF. Headers that a test does not name get plain values; an undefined one is left out. */
export function rawMail(headers: Record<string, string | undefined>, body: string): Buffer {
  const all: Record<string, string | undefined> = {
    From: "Ada Park <ada@vesta.example>",
    To: "letters@forum.example",
    Subject: "Re: Keep low orbit usable",
    Date: "Mon, 1 Mar 2027 10:00:00 +0000",
    "Message-ID": `<${Math.random().toString(36).slice(2)}@elsewhere.example>`,
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body.replaceAll(/\r?\n/g, "\r\n")}`);
}

/** A delivery report as Postfix writes it. */
export function bounceMail(report: {
  to: string;
  status?: string;
  said?: string;
  action?: string;
  /** The Message-ID of the mail that came back. */
  returned?: string | undefined;
  /** The address the report is sent to. */
  returnPath?: string;
}): Buffer {
  const { to, status = "5.1.1", action = "failed" } = report;
  const said =
    report.said ?? `550 ${status} <${to}>: Recipient address rejected: User unknown in virtual mailbox table`;
  const body = `--B
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.vesta.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<${to}>: host mx.vesta.example[192.0.2.1] said: ${said}

--B
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.vesta.example
Arrival-Date: Mon,  1 Mar 2027 09:00:00 +0000 (UTC)

Final-Recipient: rfc822; ${to}
Original-Recipient: rfc822;${to}
Action: ${action}
Status: ${status}
Remote-MTA: dns; mx.vesta.example
Diagnostic-Code: smtp; ${said}

--B
Content-Description: Undelivered Message
Content-Type: message/rfc822

From: Forum <letters@forum.example>
To: ${to}
Subject: Keep low orbit usable
${report.returned ? `Message-ID: ${report.returned}\n` : ""}
Dear Ada

--B--
`;
  return rawMail(
    {
      From: "MAILER-DAEMON@mx.vesta.example (Mail Delivery System)",
      To: report.returnPath ?? "letters@forum.example",
      Subject: "Undelivered Mail Returned to Sender",
      "Auto-Submitted": "auto-replied",
      "Content-Type": 'multipart/report; report-type=delivery-status; boundary="B"',
    },
    body,
  );
}

/** Takes a mail in as the worker would. */
export function takeIn(app: TestApp, raw: Uint8Array): Promise<TakenIn> {
  return takeInMail(app.system, reader, { raw, mailboxId: null });
}

/** A mail that was taken in, as it is kept. */
export async function inboundRow(app: TestApp, taken: TakenIn): Promise<InboundRow> {
  const row = (await app.db("inbound_mails").where({ id: taken.id }).first()) as InboundRow | undefined;
  if (!row) throw new Error("the mail was not taken in");
  return row;
}

/** What was done because of a mail, in order. */
export function stepsOf(row: InboundRow): string[] {
  return row.actions.map((step) => step.do);
}
