import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createTransport } from "nodemailer";
import { silentLog } from "../../src/platform/log.js";
import { smtpMailer, type Mailer } from "../../src/platform/mailer.js";
import { HOSTILE_NAMES } from "../support/hostile-names.js";
import { headerOf, smtpSink, type SmtpSink, type SunkMail } from "../support/smtp-sink.js";
import { testApp, type TestApp } from "../support/app.js";

const TO = "b.lacerda@ribeira-alta.example";
const HEADERS = [
  "Content-Type",
  "Date",
  "From",
  "List-Unsubscribe",
  "MIME-Version",
  "Message-ID",
  "Subject",
  "To",
];

let app: TestApp;
let sink: SmtpSink;
let mailer: Mailer;
beforeAll(async () => {
  app = await testApp();
  sink = await smtpSink();
  mailer = smtpMailer(sink.url, silentLog(), { connections: 4 });
});
afterAll(async () => {
  await mailer.close();
  await sink.close();
  await app.close();
});

/** The names of a mail's headers, sorted. */
function headerNames(mail: SunkMail): string[] {
  const head = (mail.raw.split("\r\n\r\n")[0] ?? "").replaceAll(/\r\n[ \t]+/g, " ");
  return head
    .split("\r\n")
    .map((line) => line.split(":")[0] ?? "")
    .sort();
}

/** The confirmation mail of an organisation of this name, as it goes out. */
function confirmation(name: string, place: number) {
  const view = {
    sponsor: { name },
    postalAddress: name,
    kind: "signature",
    signatory: name,
    organisation: name,
    letterTitle: name,
    link: "https://forum.example/confirm/x",
    expiresAt: "2027-03-15T09:00:00Z",
  };
  return {
    ...app.templates.renderMail("signature-confirm", view, { lang: "en" }),
    messageId: `<${place}@forum.example>`,
    from: { name, address: "letters@forum.example" },
    envelopeFrom: "letters@forum.example",
    to: { name, address: TO },
    replyTo: null,
    date: app.clock.now(),
    headers: { "List-Unsubscribe": "<https://forum.example/unsubscribe/x>" },
  };
}

describe("promise 32: whatever a name holds, a mail goes to the one person and has the headers we gave it", () => {
  test(`${HOSTILE_NAMES.length} hostile names as recipient, sender, sponsor, organisation and in the subject`, async () => {
    sink.mails.length = 0;
    const verdicts = await Promise.all(
      HOSTILE_NAMES.map((name, place) => mailer.send(confirmation(name, place))),
    );
    expect(verdicts.filter((verdict) => verdict.kind !== "sent")).toEqual([]);
    expect(sink.mails).toHaveLength(HOSTILE_NAMES.length);
    for (const mail of sink.mails) {
      const name = HOSTILE_NAMES[Number(/<(\d+)@/.exec(headerOf(mail, "message-id") ?? "")?.[1])];
      expect({ name, to: mail.to, from: mail.from, headers: headerNames(mail) }).toEqual({
        name,
        to: [TO],
        from: "letters@forum.example",
        headers: HEADERS,
      });
      expect(headerOf(mail, "to")).toContain(TO);
    }
  }, 60_000);

  test("the oracle bites: the address list that nodemailer makes of a text reaches somebody else", async () => {
    sink.mails.length = 0;
    const naive = createTransport({ url: sink.url });
    await naive.sendMail({ from: "a@b.example", to: `${TO}, evil@example.net`, subject: "x", text: "x" });
    naive.close();
    expect(sink.mails[0]?.to).toEqual([TO, "evil@example.net"]);
  });
});
