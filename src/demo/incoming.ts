/** The mail that came in lately in the demonstration: one of each kind that a campaign meets in its first weeks. */
import { lastMessageTo } from "../domain/inbound/match-views.js";
import type { MatchedMessage } from "../domain/inbound/match.js";
import { takeInMail } from "../domain/inbound/take-in-service.js";
import { DAY, HOUR, type FixedClock } from "../platform/clock.js";
import type { Ctx } from "../platform/context.js";
import { MailParser } from "../platform/mail-parser.js";
import type { Told } from "./stories.js";

/** How many hours ago the first of them came, and how far apart they are. */
const FIRST = 30;
const APART = 6;
/** For how many days one of them is away. */
const AWAY = 9;

/** A mail somebody writes: who, how it begins, what it says. */
interface Coming {
  from: string;
  subject: string;
  body: string;
  headers?: Record<string, string>;
  type?: string;
}

/** What comes in about our last mail to somebody, at a time. */
type Write = (told: Told, message: MatchedMessage, now: Date) => Coming;

/** Who writes what. The organisations are silent ones: none of them has another story. */
const WRITERS: readonly [organisation: string, write: Write][] = [
  ["Copihue Satelital SpA", unknownUser],
  ["Maple Crest Risk Partners Inc.", outOfOffice],
  ["Ngong Launch Analytics Ltd", noMoreMail],
  ["Tern & Osprey Imaging Ventures Ltd", reply],
];

/** Lets five mails come in by the use case that takes in real ones: four about our mails, one that nobody can place. */
export async function hearFromSome(
  ctx: Ctx,
  told: readonly Told[],
  clock: FixedClock,
  end: number,
): Promise<void> {
  const parser = new MailParser();
  let position = 0;
  const take = async (write: (now: Date) => Coming | undefined): Promise<void> => {
    const now = new Date(end - (FIRST - position * APART) * HOUR);
    clock.set(now);
    const coming = write(now);
    position += 1;
    if (!coming) return;
    const raw = rawOf(coming, ctx.settings.mailFrom, position, now);
    await takeInMail(ctx, parser, { raw, mailboxId: null, receivedAt: now });
  };
  try {
    for (const [name, write] of WRITERS) {
      const writer = told.find(({ organisation }) => organisation.name === name);
      const hash = writer && ctx.keys.addressHash(writer.email);
      const message = hash && (await lastMessageTo(ctx, hash, clock.now()));
      await take((now) => (writer && message ? write(writer, message, now) : undefined));
    }
    await take(stranger);
  } finally {
    await parser.close();
  }
}

function rawOf({ from, subject, body, headers, type }: Coming, to: string, position: number, now: Date) {
  const lines = Object.entries({
    From: from,
    To: to,
    Subject: subject,
    Date: now.toUTCString().replace("GMT", "+0000"),
    "Message-ID": `<demonstration-${position}@mail.example>`,
    "MIME-Version": "1.0",
    "Content-Type": type ?? "text/plain; charset=utf-8",
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body.replaceAll("\n", "\r\n")}`);
}

function sender({ organisation, email }: Told): string {
  return `${organisation.contact} <${email}>`;
}

function answering({ internetId }: MatchedMessage): Record<string, string> {
  return { "In-Reply-To": internetId, References: internetId };
}

function reply(told: Told, message: MatchedMessage): Coming {
  return {
    from: sender(told),
    subject: `Re: ${message.subject ?? ""}`,
    headers: answering(message),
    body: `Thank you for writing again. Our investment committee meets on Thursday and I would like to put the letter before it.

Two questions first: may a fund sign for itself alone, without the firms it holds? And is there a German text for our partners in Munich?

Kind regards
${told.organisation.contact}

> Signing takes five minutes, and so does telling us why not:
`,
  };
}

function outOfOffice(told: Told, message: MatchedMessage, now: Date): Coming {
  const back = new Date(now.getTime() + AWAY * DAY).toISOString().slice(0, 10);
  return {
    from: sender(told),
    subject: `Automatic reply: ${message.subject ?? ""}`,
    headers: { ...answering(message), "Auto-Submitted": "auto-replied" },
    body: `I am out of the office and will be back on ${back}. I will read your mail then.

${told.organisation.contact}
`,
  };
}

function noMoreMail(told: Told, message: MatchedMessage): Coming {
  return {
    from: sender(told),
    subject: `Re: ${message.subject ?? ""}`,
    headers: answering(message),
    body: `Please remove me from your mailing list.

${told.organisation.contact}
`,
  };
}

function unknownUser(told: Told, message: MatchedMessage): Coming {
  const host = `mx.${told.email.split("@")[1]}`;
  const said = `550 5.1.1 <${told.email}>: Recipient address rejected: User unknown`;
  return {
    from: `MAILER-DAEMON@${host} (Mail Delivery System)`,
    subject: "Undelivered Mail Returned to Sender",
    headers: { "Auto-Submitted": "auto-replied" },
    type: 'multipart/report; report-type=delivery-status; boundary="part"',
    body: `--part
Content-Type: text/plain; charset=us-ascii

This is the mail system at host ${host}.

Your mail could not be delivered.

<${told.email}>: ${said}

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; ${host}

Final-Recipient: rfc822; ${told.email}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; ${said}

--part
Content-Type: text/rfc822-headers

To: ${told.email}
Message-ID: ${message.internetId}

--part--
`,
  };
}

function stranger(): Coming {
  return {
    from: "Milena Horvat <milena.horvat@lagoon-trust.example>",
    subject: "Your letter on debris",
    body: `Good afternoon,

a friend sent me your letter. We are a small foundation that pays for coastal radar. May a foundation sign, or is this for companies only?

Milena Horvat
Lagoon Trust
`,
  };
}
