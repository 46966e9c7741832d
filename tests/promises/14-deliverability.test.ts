import { execFile, spawnSync } from "node:child_process";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { authenticate } from "mailauth";
import { createMailbox } from "../../src/domain/mail/mailbox-service.js";
import { dkimRecordOf } from "../../src/domain/mail/mailbox-views.js";
import { staffCtx, testApp, type TestApp } from "../support/app.js";
import { aContact, aLetter, aMailing } from "../support/mailing.js";
import { settle } from "../support/settle.js";
import { headerOf, smtpSink, type SmtpSink, type SunkMail } from "../support/smtp-sink.js";

const OUR_IP = "192.0.2.10";
const run = promisify(execFile);
const pem = (modulusLength: number): string =>
  generateKeyPairSync("rsa", {
    modulusLength,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  }).privateKey;
const settingsKey = pem(2048);

let sink: SmtpSink;
let app: TestApp;
/** The DNS of the world: names and their TXT records. */
const zone: Record<string, string> = {
  "bounce.forum.example": `v=spf1 ip4:${OUR_IP} -all`,
  "_dmarc.forum.example": "v=DMARC1; p=reject",
  "office.example": `v=spf1 ip4:${OUR_IP} -all`,
  "_dmarc.office.example": "v=DMARC1; p=reject; adkim=r; aspf=r",
};
const mails: [name: string, mail: SunkMail][] = [];

beforeAll(async () => {
  sink = await smtpSink();
  app = await testApp({
    config: {
      smtpUrl: sink.url,
      unsafeTestDb: false,
      bounceDomain: "bounce.forum.example",
      dkim: { domain: "forum.example", selector: "s1", privateKey: settingsKey },
    },
  });
  const published = createPublicKey(settingsKey).export({ type: "spki", format: "der" }).toString("base64");
  zone["s1._domainkey.forum.example"] = `v=DKIM1; k=rsa; p=${published}`;
  const admin = await staffCtx(app);
  const account = await createMailbox(admin, {
    name: "Press office",
    from_email: "press@office.example",
    smtp_host: "127.0.0.1",
    smtp_port: Number(new URL(sink.url).port),
    smtp_security: "none",
    dkim_domain: "office.example",
    dkim_selector: "mail.2027",
    dkim_key: pem(2048),
  });
  const record = await dkimRecordOf(app.system, account);
  zone[record!.name] = record!.value;

  const names = ["Vesta Orbital", "Ångström & Søn – 軌道サービス", `"Quoted" <x> ${"long name ".repeat(12)}`];
  for (const mailboxId of [null, account]) {
    const letter = await aLetter(app, { title: "Préservons l’orbite basse : « une lettre »" });
    for (const organisation of names) {
      const contact = await aContact(app, { organisation, name: "Zoë Müller-Østergård" });
      await aMailing(admin, letter, [contact]);
      await app.db("messages").where({ contact_id: contact.id }).update({ mailbox_id: mailboxId });
    }
  }
  await app.db("messages").update({
    in_reply_to: "<before@forum.example>",
    thread_references: ["<first@forum.example>", "<before@forum.example>"],
  });
  await settle(app);
  for (const mail of sink.mails) {
    mails.push([`${headerOf(mail, "from")} to ${mail.to[0]}`, mail]);
  }
});
afterAll(async () => {
  await Promise.all([app.mailer.close(), app.mailers.close()]);
  await app.close();
  await sink.close();
});

/** Asks our zone instead of the world. */
async function resolver(name: string, type: string): Promise<string[][]> {
  const value = type === "TXT" ? zone[name] : undefined;
  if (value === undefined) throw Object.assign(new Error("no such name"), { code: "ENOTFOUND" });
  return [[value]];
}

const verify = (raw: string, sender: string) =>
  authenticate(Buffer.from(raw), {
    ip: OUR_IP,
    helo: "mail.forum.example",
    sender,
    mta: "mx.vesta.example",
    resolver,
    disableArc: true,
    disableBimi: true,
  });

const isHere = (program: string): boolean => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
const fieldsOf = (mail: SunkMail): string[] =>
  (/[;\s]h=([^;]+)/.exec(headerOf(mail, "dkim-signature") ?? "")?.[1] ?? "")
    .replaceAll(/\s/g, "")
    .toLowerCase()
    .split(":");

describe("promise 14: every outreach mail can be told from a forged one", () => {
  test("six mails have been sent, of two mailboxes", () => {
    expect(mails).toHaveLength(6);
    const domains = mails.map(([, mail]) => /d=([^;]+)/.exec(headerOf(mail, "dkim-signature") ?? "")?.[1]);
    expect(new Set(domains)).toEqual(new Set(["forum.example", "office.example"]));
  });

  test("DKIM, SPF and DMARC pass with a verifier that is not our own, both aligned with the sender", async () => {
    for (const [name, mail] of mails) {
      const { dkim, spf, dmarc } = await verify(mail.raw, mail.from);
      expect([name, dkim.results.map((each) => each.status.result)]).toEqual([name, ["pass"]]);
      expect([name, spf && spf.status.result]).toEqual([name, "pass"]);
      expect([name, dmarc && dmarc.status.result]).toEqual([name, "pass"]);
      const alignment = dmarc ? dmarc.alignment : undefined;
      expect([name, Boolean(alignment?.spf.result), Boolean(alignment?.dkim.result)]).toEqual([
        name,
        true,
        true,
      ]);
    }
  });

  test("the signature covers what one-click unsubscribing needs (RFC 8058 §4), and all that the reader sees", () => {
    for (const [name, mail] of mails) {
      const needed = ["from", "to", "subject", "date", "message-id", "reply-to", "in-reply-to", "references"];
      const covered = fieldsOf(mail);
      const missing = [...needed, "list-unsubscribe", "list-unsubscribe-post"].filter(
        (f) => !covered.includes(f),
      );
      expect([name, missing]).toEqual([name, []]);
      expect(headerOf(mail, "list-unsubscribe")).toMatch(/^<https?:\/\/[^<>\s]+>$/);
      expect(headerOf(mail, "list-unsubscribe-post")).toBe("List-Unsubscribe=One-Click");
    }
  });

  const forgeries: [string, (raw: string) => string][] = [
    ["the text", (raw) => raw.replace(/(\r\n\r\n[\s\S]*?)sign/, "$1burn")],
    ["the subject", (raw) => raw.replace(/^Subject: /im, "Subject: X")],
    ["the unsubscribe address", (raw) => raw.replace(/^(List-Unsubscribe: <https?:\/\/)/im, "$1evil.")],
    [
      "one-click unsubscribing",
      (raw) => raw.replace(/^List-Unsubscribe-Post: .*/im, "List-Unsubscribe-Post: no"),
    ],
  ];
  test.each(forgeries)("and whoever changes %s breaks it", async (_name, forge) => {
    const [, mail] = mails[0]!;
    const forged = forge(mail.raw);
    expect(forged).not.toBe(mail.raw);
    const { dkim } = await verify(forged, mail.from);
    expect(dkim.results[0]?.status.result).not.toBe("pass");
  });

  test("nor does a mail pass that somebody else sends in our name", async () => {
    const [, mail] = mails[0]!;
    const unsigned = mail.raw.replace(/^DKIM-Signature:[\s\S]*?\r\n(?=\S)/i, "");
    const { dmarc } = await verify(unsigned, "b-x@evil.example");
    expect(dmarc && dmarc.status.result).toBe("fail");
  });

  test("each has a text part, the postal address, the way to stop, and at most 102 kB", () => {
    for (const [name, mail] of mails) {
      const boundary = /boundary="?([^";\s]+)/.exec(headerOf(mail, "content-type") ?? "")?.[1];
      const parts = mail.raw.split(`\r\n--${boundary}`).slice(1, -1);
      expect([name, parts.map((part) => /text\/\w+/.exec(part)?.[0])]).toEqual([
        name,
        ["text/plain", "text/html"],
      ]);
      for (const part of parts) {
        const words = decoded(part);
        expect(words).toContain("12 Quay Street");
        expect(words).toContain("/unsubscribe/");
      }
      expect(Buffer.byteLength(mail.raw)).toBeLessThanOrEqual(102_000);
      expect(headerOf(mail, "precedence")).toBeUndefined();
      expect(headerOf(mail, "auto-submitted")).toBeUndefined();
    }
  });
});

function decoded(part: string): string {
  const [head = "", ...rest] = part.split("\r\n\r\n");
  const body = rest.join("\r\n\r\n");
  if (/base64/i.test(head)) return Buffer.from(body, "base64").toString("utf8");
  const bytes = body
    .replaceAll("=\r\n", "")
    .replaceAll(/=([0-9A-F]{2})/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

describe("promise 14, with programs that others use", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "countersign-mails-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const opendkim = isHere("opendkim") ? test : test.skip;
  opendkim(
    isHere("opendkim") ? "opendkim verifies them" : "opendkim verifies them (skipped: it is not installed)",
    async () => {
      const keys = path.join(folder, "keys");
      const config = path.join(folder, "opendkim.conf");
      const records = Object.entries(zone).filter(([name]) => name.includes("._domainkey."));
      writeFileSync(keys, records.map(([name, value]) => `${name} ${value}\n`).join(""));
      writeFileSync(config, `Mode v\nTestPublicKeys ${keys}\n`);
      const check = async (raw: string): Promise<string> => {
        const file = path.join(folder, "mail");
        writeFileSync(file, raw);
        const answer = await run("opendkim", ["-x", config, "-t", file], { timeout: 20_000 }).catch(
          (error: { stdout?: string; stderr?: string }) => ({
            stdout: error.stdout ?? "",
            stderr: error.stderr ?? "",
          }),
        );
        return `${answer.stdout}${answer.stderr}`;
      };
      for (const [, mail] of mails)
        expect(await check(mail.raw)).toMatch(/verification \(s=[^)]*\) succeeded/);
      const [, mail] = mails[0]!;
      expect(await check(mail.raw.replace(/^Subject: /im, "Subject: X"))).not.toMatch(/succeeded/);
    },
  );

  const spamassassin = isHere("spamassassin") ? test : test.skip;
  spamassassin(
    isHere("spamassassin")
      ? "SpamAssassin gives them at most one point"
      : "SpamAssassin gives them at most one point (skipped: it is not installed)",
    () => {
      for (const [name, mail] of [mails[1]!, mails[3]!]) {
        const answer = spawnSync("spamassassin", ["-L", "-t"], { input: mail.raw, encoding: "utf8" });
        const score = Number(/score=(-?[\d.]+)/.exec(answer.stdout)?.[1]);
        expect([name, score <= 1]).toEqual([name, true]);
      }
    },
    120_000,
  );
});
