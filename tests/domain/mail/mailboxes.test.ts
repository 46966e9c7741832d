import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import {
  imapAccount,
  mailAccount,
  settingsMailbox,
} from "../../../src/domain/mail/mailbox-account-service.js";
import { noteSenderFault } from "../../../src/domain/mail/mailbox-health-service.js";
import {
  archiveMailbox,
  changeMailbox,
  createMailbox,
  pauseMailbox,
  resumeMailbox,
  sendTestMail,
  tryMailbox,
} from "../../../src/domain/mail/mailbox-service.js";
import { findMailbox, listMailboxes, pausedMailboxes } from "../../../src/domain/mail/mailbox-views.js";
import { claimDueMail } from "../../../src/domain/mail/sending-service.js";
import { commitMail } from "../../../src/domain/mail/commit-service.js";
import { queueMail } from "../../../src/domain/mail/service.js";
import { readVerp } from "../../../src/domain/mail/verp.js";
import { DAY, HOUR } from "../../../src/platform/clock.js";
import type { Ctx } from "../../../src/platform/context.js";
import { sendingOf } from "../../../src/worker/schedule.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import {
  aContact,
  aLetter,
  aMailing,
  messageTo,
  type TestContact,
  type TestLetter,
} from "../../support/mailing.js";
import { faultServer } from "../../support/fault-server.js";
import { settle } from "../../support/settle.js";
import { headerOf, smtpSink, type SmtpSink } from "../../support/smtp-sink.js";

let own: SmtpSink;
let second: SmtpSink;
let app: TestApp;
let admin: Ctx;
let letter: TestLetter;

beforeAll(async () => {
  [own, second] = [await smtpSink(), await smtpSink()];
  app = await testApp({
    config: { smtpUrl: own.url, bounceDomain: "bounce.forum.example", unsafeTestDb: false },
  });
});

afterAll(async () => {
  await Promise.all([app.mailer.close(), app.mailers.close()]);
  await app.close();
  await Promise.all([own.close(), second.close()]);
});

beforeEach(async () => {
  await app.database.clean();
  for (const sink of [own, second]) {
    sink.mails.length = 0;
    sink.behave("accept");
  }
  letter = await aLetter(app);
  admin = await staffCtx(app);
});

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 1024,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});

const READ_BACK = { imap_host: "127.0.0.1", imap_port: 993, imap_security: "tls", imap_user: "press" };

function account(change: Record<string, unknown> = {}) {
  return {
    name: "Press office",
    from_email: "press@office.example",
    from_name: "Press office",
    smtp_host: "127.0.0.1",
    smtp_port: Number(new URL(second.url).port),
    smtp_security: "none" as const,
    ...change,
  };
}

/** A mail of the machine. */
const NOTE = {
  purpose: "transactional" as const,
  sendKey: "note",
  template: "outreach",
  data: { subject: "s", body: "b" },
  language: "en",
  to: { email: "note@vesta.example", name: null },
};

async function mailTo(contact: TestContact, mailboxId: string | null = null): Promise<void> {
  await aMailing(await staffCtx(app), letter, [contact]);
  if (mailboxId) await app.db("messages").where({ contact_id: contact.id }).update({ mailbox_id: mailboxId });
}

async function mailsTo(count: number, mailboxId: string | null = null): Promise<TestContact[]> {
  const contacts: TestContact[] = [];
  for (let n = 0; n < count; n += 1) contacts.push(await aContact(app));
  await aMailing(await staffCtx(app), letter, contacts);
  if (mailboxId) await app.db("messages").update({ mailbox_id: mailboxId });
  return contacts;
}

const openTasks = (): Promise<string[]> => app.db("tasks").whereNull("done_at").pluck("kind");
const stateOf = async (id: string) => (await findMailbox(app.system, id))?.state;

describe("the mailbox of the settings", () => {
  test("is one row, also when two workers need it at the same moment", async () => {
    const rows = await Promise.all([1, 2, 3, 4, 5].map(() => settingsMailbox(app.system)));
    expect(new Set(rows.map((row) => row.id)).size).toBe(1);
    expect(rows[0]).toMatchObject({
      kind: "settings",
      from_email: "letters@forum.example",
      bounce_domain: "bounce.forum.example",
      foreign_envelope: true,
      cap_day: 5000,
      cap_minute: 600,
    });
  });

  test("follows the settings and keeps the limits that staff gave it", async () => {
    const row = await settingsMailbox(app.system);
    await changeMailbox(admin, row.id, { cap_day: 200, row_version: row.row_version });
    const moved = { ...app.system, settings: { ...app.system.settings, mailFrom: "new@forum.example" } };
    expect(await settingsMailbox(moved)).toMatchObject({
      id: row.id,
      from_email: "new@forum.example",
      cap_day: 200,
    });
  });

  test("sends from its plain address where nobody could read what comes back", async () => {
    const { publicUrl, mailFrom } = app.system.settings;
    const row = await settingsMailbox({ ...app.system, settings: { publicUrl, mailFrom } });
    expect(row.foreign_envelope).toBe(false);
  });

  test("takes from the console its limits only; the rest stands in the settings", async () => {
    const row = await settingsMailbox(app.system);
    const change = changeMailbox(admin, row.id, { smtp_host: "evil.example", row_version: row.row_version });
    await expect(change).rejects.toMatchObject({ fields: { smtp_host: "errors.mailbox.in_settings" } });
    await expect(archiveMailbox(admin, row.id)).rejects.toMatchObject({ code: "mailbox.in_settings" });
  });

  test("is read where IMAP_URL says", async () => {
    const row = await settingsMailbox(app.system);
    const at = (imapUrl: string) =>
      imapAccount({ ...app.system, settings: { ...app.system.settings, imapUrl } }, row);
    expect(at("imaps://letters%40forum.example:p%3Aw@imap.forum.example/Replies%20new")).toEqual({
      host: "imap.forum.example",
      port: 993,
      security: "tls",
      user: "letters@forum.example",
      password: "p:w",
      folder: "Replies new",
    });
    expect(at("imap://u:p@imap.forum.example")).toMatchObject({
      port: 143,
      security: "starttls",
      folder: "INBOX",
    });
    expect(at("imap://u:p@127.0.0.1:1143")).toMatchObject({ port: 1143, security: "none" });
    expect(imapAccount(app.system, row)).toBeUndefined();
  });
});

describe("each mail goes out through its mailbox", () => {
  test("with its sender, its envelope and its own line to the server, and stays with it", async () => {
    const id = await createMailbox(admin, account({ bounce_domain: "back.office.example" }));
    const [ours, theirs] = [await aContact(app), await aContact(app)];
    await mailTo(ours);
    await mailTo(theirs, id);
    await settle(app);

    expect(own.mails.map((mail) => mail.to)).toEqual([[ours.email]]);
    expect(second.mails.map((mail) => mail.to)).toEqual([[theirs.email]]);
    expect(headerOf(second.mails[0]!, "from")).toBe("Low Orbit Stewardship Forum <press@office.example>");

    const [first, other] = [await messageTo(app, ours), await messageTo(app, theirs)];
    expect(first["mailbox_id"]).toBe((await settingsMailbox(app.system)).id);
    expect(other["mailbox_id"]).toBe(id);
    expect(other["envelope_from"]).toBe(second.mails[0]?.from);
    expect(second.mails[0]?.from).toMatch(/^b-[0-9a-v]{26}-[0-9a-v]{12}@back\.office\.example$/);
    expect(readVerp(app.keys, second.mails[0]!.from)).toBe(other["id"]);
    expect(readVerp(app.keys, own.mails[0]!.from)).toBe(first["id"]);
  });

  test("and a mail that is queued for it has a Message-ID of its domain, and threads with what it follows up", async () => {
    const id = await createMailbox(admin, account());
    const messageId = await queueMail(app.system, { ...NOTE, mailboxId: id });
    const references = ["<1@office.example>", "<2@office.example>"];
    await app.db("messages").update({ in_reply_to: references[1], thread_references: references });
    await settle(app);
    const [mail] = second.mails;
    expect(headerOf(mail!, "message-id")).toBe(`<${messageId}@office.example>`);
    expect(headerOf(mail!, "in-reply-to")).toBe("<2@office.example>");
    expect(headerOf(mail!, "references")).toBe("<1@office.example> <2@office.example>");
    expect(headerOf(mail!, "auto-submitted")).toBe("auto-generated");
    expect(headerOf(mail!, "precedence")).toBeUndefined();
  });

  test("where the provider wants its own address as the envelope sender, that is it", async () => {
    const id = await createMailbox(
      admin,
      account({ foreign_envelope: false, bounce_domain: "back.office.example" }),
    );
    const contact = await aContact(app);
    await mailTo(contact, id);
    await settle(app);
    expect(second.mails[0]?.from).toBe("press@office.example");
  });

  test("and a changed mailbox is used as it is now", async () => {
    const id = await createMailbox(admin, account());
    await mailTo(await aContact(app), id);
    await settle(app);
    await changeMailbox(admin, id, { smtp_port: Number(new URL(own.url).port), row_version: 1 });
    const contact = await aContact(app);
    await mailTo(contact, id);
    await settle(app);
    expect(second.mails).toHaveLength(1);
    expect(own.mails.map((mail) => mail.to)).toEqual([[contact.email]]);
  });
});

describe("a paused mailbox", () => {
  test("keeps its mails in the queue, also machine mail and also past their time, until a person lets it go on", async () => {
    const id = await createMailbox(admin, account());
    const contact = await aContact(app);
    await mailTo(contact, id);
    await queueMail(app.system, { ...NOTE, mailboxId: id });
    await pauseMailbox(admin, id, { reason: "The provider moves" });
    const other = await aContact(app);
    await mailTo(other);
    app.clock.advance(4 * DAY);
    await app.db("messages").where({ contact_id: other.id }).update({ expires_at: app.clock.now() });
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "queued", attempts: 0 });
    expect(await messageTo(app, other)).toMatchObject({ state: "expired" });
    expect(second.mails).toHaveLength(0);
    expect(await pausedMailboxes(app.system)).toMatchObject([{ id, pausedReason: "The provider moves" }]);

    await resumeMailbox(admin, id);
    await settle(app);
    expect(new Set(second.mails.map((mail) => mail.to[0]))).toEqual(new Set([contact.email, NOTE.to.email]));
    expect(second.mails).toHaveLength(2);
    const acts = await app.db("activity").where({ subject_id: id }).orderBy("id").pluck("action");
    expect(acts).toEqual(["mailbox.created", "mailbox.paused", "mailbox.resumed"]);
  });

  test("stops a mail that had been claimed already, and doesn't count the attempt", async () => {
    const contact = await aContact(app);
    await mailTo(contact);
    const { id } = await settingsMailbox(app.system);
    const claim = await claimDueMail(app.system, sendingOf(app), 10);
    expect(claim.rows).toHaveLength(1);
    await pauseMailbox(admin, id, { reason: "Wait" });
    expect(await commitMail(app.system, sendingOf(app), claim)).toEqual([]);
    expect(await messageTo(app, contact)).toMatchObject({
      state: "queued",
      state_reason: "mailbox_paused",
      attempts: 0,
      sending_at: null,
    });
    await settle(app);
    expect(own.mails).toHaveLength(0);
  });

  test("leaves the enrolments alone: nothing is cancelled", async () => {
    const contact = await aContact(app);
    await mailTo(contact);
    await pauseMailbox(admin, (await settingsMailbox(app.system)).id, { reason: "Wait" });
    await settle(app);
    expect(await app.db("enrolments").pluck("state")).toEqual(["active"]);
  });
});

describe("a mailbox stops by itself", () => {
  const faults = [
    ["its sender is refused", { at: "mail", status: 553, text: "5.7.1 not your address" }, "sender_refused"],
  ] as const;
  test.each(faults)(
    "when %s: the mail waits, the contact is untouched, a task says so",
    async (_n, behaviour, reason) => {
      own.behave(behaviour);
      const contact = await aContact(app);
      await mailTo(contact);
      await settle(app);
      expect(await messageTo(app, contact)).toMatchObject({
        state: "queued",
        attempts: 0,
        state_reason: reason,
      });
      const { id } = await settingsMailbox(app.system);
      expect(await stateOf(id)).toBe("paused");
      expect(await openTasks()).toEqual(["mailbox_paused"]);
      expect(await app.db("contacts").pluck("status")).toEqual(["active"]);
      expect(await app.db("mailbox_faults")).toEqual([]);

      own.behave("accept");
      await resumeMailbox(admin, id);
      app.clock.advance(HOUR);
      await settle(app);
      expect(await messageTo(app, contact)).toMatchObject({ state: "sent", attempts: 1 });
      expect(await openTasks()).toEqual([]);
    },
  );

  test.each([
    ["auth", "535 5.7.8 wrong password", "none", "login_refused"],
    ["starttls", "502 5.5.1 no", "starttls", "encryption_failed"],
  ] as const)("when it can't get past %s: %s", async (at, answer, security, reason) => {
    const server = await faultServer({ auth: true, starttls: true });
    server.misbehave({ at, how: { answer } });
    const login = { smtp_user: "press", smtp_password: "hush" };
    const id = await createMailbox(
      admin,
      account({ smtp_port: server.port, smtp_security: security, ...login }),
    );
    const contact = await aContact(app);
    await mailTo(contact, id);
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({
      state: "queued",
      attempts: 0,
      state_reason: reason,
    });
    expect(await findMailbox(app.system, id)).toMatchObject({
      state: "paused",
      pausedReason: reason,
      waiting: 1,
    });
    expect(await openTasks()).toEqual(["mailbox_paused"]);
    await server.close();
  });

  test("but not when the server is only busy at the same place", async () => {
    own.behave({ at: "mail", status: 451, text: "4.3.0 later" });
    await mailTo(await aContact(app));
    await settle(app);
    expect(await stateOf((await settingsMailbox(app.system)).id)).toBe("active");
  });

  test("when three of its last mails were refused for its standing, and others go on", async () => {
    const id = await createMailbox(admin, account());
    second.behave((to) =>
      to.startsWith("ada") ? { at: "rcpt", status: 550, text: "5.7.1 blocked by policy" } : "accept",
    );
    await mailsTo(2, id);
    await settle(app);
    expect(await findMailbox(app.system, id)).toMatchObject({
      state: "active",
      health: "warning",
      mails: 2,
      faults: 2,
    });

    await mailsTo(1);
    await app.db("messages").where({ state: "queued" }).update({ mailbox_id: id });
    await settle(app);
    expect(await findMailbox(app.system, id)).toMatchObject({
      state: "paused",
      pausedReason: "sender_faults",
      faults: 3,
    });
    expect(await openTasks()).toEqual(["mailbox_paused"]);
    expect(await app.db("contacts").distinct("status").pluck("status")).toEqual(["active"]);
    const spared = await aContact(app);
    await mailTo(spared);
    await settle(app);
    expect(await messageTo(app, spared)).toMatchObject({ state: "sent" });

    await resumeMailbox(admin, id);
    expect(await findMailbox(app.system, id)).toMatchObject({
      state: "active",
      health: "good",
      mails: 0,
      faults: 0,
    });
  });

  test("and reports that come later count too, once for each mail", async () => {
    const { id } = await settingsMailbox(app.system);
    const contacts = await mailsTo(5);
    await settle(app);
    const ids = await Promise.all(contacts.map(async (each) => String((await messageTo(app, each))["id"])));
    const note = (messageId: string | null) =>
      noteSenderFault(app.system, id, { messageId, source: "report", detail: "550 5.7.26 SPF" });
    await note(ids[0]!);
    await note(ids[0]!);
    await note(ids[0]!);
    expect(await findMailbox(app.system, id)).toMatchObject({ state: "active", mails: 5, faults: 1 });
    await note(ids[1]!);
    await note(null);
    expect(await findMailbox(app.system, id)).toMatchObject({ state: "paused", faults: 3 });
  });

  test("old refusals don't count: only the last 50 mails are looked at", async () => {
    const { id } = await settingsMailbox(app.system);
    const contacts = await mailsTo(2);
    await settle(app);
    for (const contact of contacts) {
      const messageId = String((await messageTo(app, contact))["id"]);
      await noteSenderFault(app.system, id, { messageId, source: "report", detail: null });
    }
    app.clock.advance(HOUR);
    for (let batch = 0; batch < 2; batch += 1) await mailsTo(25);
    await settle(app);
    expect(await findMailbox(app.system, id)).toMatchObject({ mails: 50, faults: 0, health: "good" });
  });
});

describe("an administrator", () => {
  test("sets a mailbox up; passwords and keys are sealed to their row and never shown again", async () => {
    const id = await createMailbox(
      admin,
      account({
        smtp_user: "press",
        smtp_password: "hush-1",
        imap_host: "imap.office.example",
        imap_user: "press",
        imap_password: "hush-2",
        dkim_domain: "office.example",
        dkim_selector: "s1",
        dkim_key: privateKey,
      }),
    );
    const row = (await app.db("mailboxes").where({ id }).first()) as never;
    const stored = JSON.stringify(row);
    for (const secret of ["hush", "PRIVATE KEY"]) expect(Buffer.from(stored).includes(secret)).toBe(false);
    expect(mailAccount(app.system, row)).toMatchObject({
      smtp: { user: "press", password: "hush-1" },
      dkim: { domain: "office.example", selector: "s1", privateKey: privateKey.trim() },
    });
    expect(imapAccount(app.system, row)).toMatchObject({
      port: 993,
      security: "tls",
      password: "hush-2",
      folder: "INBOX",
    });
    const shown = JSON.stringify([await listMailboxes(app.system), await app.db("activity")]);
    for (const secret of ["hush", "PRIVATE KEY"]) expect(shown).not.toContain(secret);

    const other = await createMailbox(admin, account());
    await app
      .db("mailboxes")
      .where({ id: other })
      .update({ smtp_password: (row as { smtp_password: Buffer }).smtp_password });
    const moved = (await app.db("mailboxes").where({ id: other }).first()) as never;
    expect(() => mailAccount(app.system, moved)).toThrow();
  });

  test("changes it: an empty secret stays, null takes it away, a stale form changes nothing", async () => {
    const id = await createMailbox(admin, account({ smtp_user: "press", smtp_password: "hush" }));
    await changeMailbox(admin, id, { name: "Press", smtp_password: "", row_version: 1 });
    expect(await findMailbox(app.system, id)).toMatchObject({ name: "Press", hasSmtpPassword: true });
    await expect(changeMailbox(admin, id, { name: "x", row_version: 1 })).rejects.toMatchObject({
      code: "mailbox.changed_meanwhile",
    });
    await changeMailbox(admin, id, { smtp_user: "", row_version: 2 });
    expect(await findMailbox(app.system, id)).toMatchObject({ smtpUser: null, hasSmtpPassword: false });
  });

  test("never gives a kept password to another server than the one it was typed for", async () => {
    const id = await createMailbox(
      admin,
      account({ smtp_user: "press", smtp_password: "hush-1", ...READ_BACK, imap_password: "hush-2" }),
    );
    for (const [host, password] of [
      ["smtp_host", "smtp_password"],
      ["imap_host", "imap_password"],
    ] as const) {
      const change = { [host]: "evil.example", smtp_security: "tls" as const, imap_security: "tls" as const };
      for (const typed of [{}, { [password]: "" }]) {
        await expect(changeMailbox(admin, id, { ...change, ...typed, row_version: 1 })).rejects.toMatchObject(
          {
            fields: { [password]: "errors.mailbox.password_again" },
          },
        );
      }
    }
    const again = { smtp_host: "localhost", smtp_password: "hush-3" };
    await changeMailbox(admin, id, { ...again, row_version: 1 });
    const row = (await app.db("mailboxes").where({ id }).first()) as never;
    expect(mailAccount(app.system, row)).toMatchObject({ smtp: { host: "localhost", password: "hush-3" } });
  });

  const wrong: [string, Record<string, unknown>, string, string][] = [
    [
      "a password in clear",
      { smtp_user: "u", smtp_host: "mail.office.example" },
      "smtp_security",
      "password_in_clear",
    ],
    ["half of a signature", { dkim_domain: "office.example" }, "dkim_domain", "dkim_all"],
    [
      "no key",
      { dkim_domain: "office.example", dkim_selector: "s1", dkim_key: "x" },
      "dkim_key",
      "key_unreadable",
    ],
    ["a foreign bounce domain", { bounce_domain: "evil.example" }, "bounce_domain", "other_domain"],
    ["a host that is none", { smtp_host: "mail office" }, "smtp_host", "host"],
  ];
  test.each(wrong)("is told at the field: %s", async (_name, change, field, code) => {
    await expect(createMailbox(admin, account(change) as never)).rejects.toMatchObject({
      fields: { [field]: `errors.mailbox.${code}` },
    });
  });

  test("is told that Ed25519 keys and short ones can't sign", async () => {
    const pem = {
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    } as const;
    const keys = {
      key_not_rsa: generateKeyPairSync("ed25519", pem).privateKey,
      key_too_short: generateKeyPairSync("rsa", { modulusLength: 512, ...pem }).privateKey,
    };
    for (const [code, key] of Object.entries(keys)) {
      const signed = { dkim_domain: "office.example", dkim_selector: "s1", dkim_key: key };
      await expect(createMailbox(admin, account(signed))).rejects.toMatchObject({
        fields: { dkim_key: `errors.mailbox.${code}` },
      });
    }
  });

  test("tries the line to the server without sending anything", async () => {
    const id = await createMailbox(admin, account());
    expect(await tryMailbox(admin, app, id)).toEqual({ ok: true });
    second.behave("drop_at_connect");
    expect(await tryMailbox(admin, app, id)).toMatchObject({ ok: false, reason: "unreachable" });
    expect(second.mails).toHaveLength(0);
  });

  test("sends a test mail to oneself through the mailbox", async () => {
    const id = await createMailbox(admin, account());
    await sendTestMail(admin, id);
    await settle(app);
    expect(second.mails[0]?.to[0]).toMatch(/^admin-\d+@forum\.example$/);
    expect(headerOf(second.mails[0]!, "subject")).toBe("A test mail from Press office");
  });

  test("puts a mailbox away once nothing waits for it", async () => {
    const id = await createMailbox(admin, account());
    await mailTo(await aContact(app), id);
    await expect(archiveMailbox(admin, id)).rejects.toMatchObject({ code: "mailbox.mails_wait" });
    await settle(app);
    await archiveMailbox(admin, id);
    expect(await findMailbox(app.system, id)).toBeUndefined();
    await expect(resumeMailbox(admin, id)).rejects.toMatchObject({ code: "mailbox.unknown" });
  });

  test("only: a colleague who writes mails may not touch mailboxes", async () => {
    const colleague = await staffCtx(app, "outreach");
    await expect(createMailbox(colleague, account())).rejects.toMatchObject({ kind: "forbidden" });
  });
});

test("on a database that may forget, no account sends: its mail is kept instead", async () => {
  const careless = await testApp({ config: { unsafeTestDb: true } });
  const id = await createMailbox(await staffCtx(careless), account());
  await queueMail(careless.system, { ...NOTE, mailboxId: id });
  await settle(careless);
  expect(await careless.db("messages").pluck("transport")).toEqual(["capture"]);
  expect(second.mails).toHaveLength(0);
  await careless.close();
});
