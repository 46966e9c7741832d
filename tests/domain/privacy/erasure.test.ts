import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { applyImport, startImport } from "../../../src/domain/imports/service.js";
import { reportWrongContact } from "../../../src/domain/declines/contact-service.js";
import { recordDecline } from "../../../src/domain/declines/service.js";
import { claimDueMail } from "../../../src/domain/mail/sending-service.js";
import { commitMail } from "../../../src/domain/mail/commit-service.js";
import { keepSenderFaults, noteSenderFault } from "../../../src/domain/mail/mailbox-health-service.js";
import { settingsMailbox } from "../../../src/domain/mail/mailbox-account-service.js";
import { enrolContacts } from "../../../src/domain/outreach/enrolment-service.js";
import { holdOutreach } from "../../../src/domain/outreach/hold-service.js";
import { editMail } from "../../../src/domain/outreach/queue-service.js";
import { createSegment } from "../../../src/domain/outreach/segment-service.js";
import { changeSequence, createSequence } from "../../../src/domain/outreach/sequence-service.js";
import { createTemplate } from "../../../src/domain/outreach/template-service.js";
import { previewMailing } from "../../../src/domain/outreach/preview-service.js";
import { saveMailing } from "../../../src/domain/outreach/service.js";
import { eraseContact, previewErasure } from "../../../src/domain/privacy/erasure-service.js";
import { suppress } from "../../../src/domain/consent/service.js";
import { createContact, updateContact } from "../../../src/domain/organisations/service.js";
import { createTask } from "../../../src/domain/tasks/service.js";
import type { Ctx } from "../../../src/platform/context.js";
import { newId } from "../../../src/platform/ids.js";
import { sendingOf } from "../../../src/worker/schedule.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, aMailing, messageTo, WORDS, type TestLetter } from "../../support/mailing.js";
import { bounceMail, rawMail, takeIn } from "../../support/inbound.js";
import { placesWith } from "../../support/places.js";
import { settle } from "../../support/settle.js";
import { smtpSink, type SmtpSink } from "../../support/smtp-sink.js";

const NAME = "Ottoline Quenby-Marsh";
const EMAIL = "ottoline.qm@canary-vesta.example";
const ERASE = { confirm: true, stop: true } as never;

let sink: SmtpSink;
let app: TestApp;
let letter: TestLetter;

beforeAll(async () => {
  sink = await smtpSink();
  app = await testApp({ config: { smtpUrl: sink.url } });
});
afterAll(async () => {
  await app.mailer.close();
  await app.close();
  await sink.close();
});
beforeEach(async () => {
  await app.database.clean();
  sink.mails.length = 0;
  sink.behave("accept");
  letter = await aLetter(app);
});

async function importList(text: string): Promise<string> {
  const { id } = await startImport(app.system, { source: { bytes: Buffer.from(text) }, name: "list.csv" });
  await applyImport(app.system, id);
  return id;
}

/** A person of whom something stands in every room of the house. */
async function wellKnown(): Promise<{ contactId: string; organisationId: string }> {
  await importList(
    `Name,Country,Contact,Email,Notes\nVesta Canary,NO,${NAME},${EMAIL},met ${NAME} in Bergen\nVesta Canary,NO,Kai Berg,kai@canary-vesta.example,works with ${NAME}\n`,
  );
  const contact = (await app.db("contacts").where({ email: EMAIL }).first()) as {
    id: string;
    organisation_id: string;
    row_version: number;
  };
  const staff = await staffCtx(app);
  sink.behave({ at: "rcpt", status: 550, text: `5.1.1 <${EMAIL}> unknown user` });
  await aMailing(staff, letter, [
    {
      id: contact.id,
      organisationId: contact.organisation_id,
      email: EMAIL,
      hash: app.keys.addressHash(EMAIL),
    },
  ]);
  await settle(app);
  sink.behave("accept");
  await app.db("contacts").where({ id: contact.id }).update({ status: "active" });
  const second = await aLetter(app);
  await aMailing(staff, second, [
    {
      id: contact.id,
      organisationId: contact.organisation_id,
      email: EMAIL,
      hash: app.keys.addressHash(EMAIL),
    },
  ]);
  await settle(app);
  await reportsNaming(second.id, contact.id);
  await saveMailing(staff, {
    id: newId(app.clock),
    letter: letter.slug,
    language: "en",
    subject: `As ${NAME} said`,
    body: `Dear {{contact.name}}, ${NAME} (${EMAIL}) sent us.`,
    q: NAME,
  });
  const invitation = (await app
    .db("invitations")
    .where({ contact_id: contact.id, letter_id: second.id })
    .first()) as {
    link_id: string;
  };
  await reportWrongContact(app.ctx({ kind: "public" }), app.keys.token("invitation", invitation.link_id, 1), {
    code: "wrong_contact",
    note: `Regards, ${NAME}`,
  });
  await recordDecline(staff, {
    letter: letter.slug,
    organisation_id: contact.organisation_id,
    contact_id: contact.id,
    reason_code: "political",
    source: "oral",
    said_by: NAME,
    comment: `${NAME} says not now, write to ${EMAIL} in May`,
  });
  await namedInSequences(staff, contact.organisation_id);
  await createTask(app.system, {
    kind: "other",
    organisationId: contact.organisation_id,
    contactId: contact.id,
    detail: { note: `Call ${NAME}` },
  });
  return { contactId: contact.id, organisationId: contact.organisation_id };
}

/** Reports that count against our mailbox and name the person: about the mail to them, and about one to a colleague. */
async function reportsNaming(letterId: string, contactId: string): Promise<void> {
  const [mail] = (await app.db("messages").where({ letter_id: letterId, contact_id: contactId })) as {
    message_id: string;
  }[];
  const said = `550 5.7.26 <${EMAIL}>: Unauthenticated email is not accepted due to domain's DMARC policy`;
  await takeIn(app, bounceMail({ to: EMAIL, status: "5.7.26", said, returned: mail?.message_id }));
  const { id } = (await app.db("mailboxes").first("id")) as { id: string };
  const detail = `550 5.7.1 mail that ${NAME} forwarded is not accepted`;
  await keepSenderFaults(app.system, [{ mailboxId: id, messageId: null, source: "report", detail }]);
}

/** A sequence, a template, a segment, a hold and the words of one mail to a colleague that all name the person. */
async function namedInSequences(staff: Ctx, organisationId: string): Promise<void> {
  const texts = [{ language: "en", subject: `From ${NAME}`, body: `Ask ${NAME}` }];
  const { id: template } = await createTemplate(staff, { name: `For ${NAME}`, texts });
  await createSegment(staff, { name: `Friends of ${NAME}`, filter: { q: EMAIL } });
  const third = await aLetter(app);
  const { id } = await createSequence(staff, {
    letter: third.slug,
    name: `After ${NAME}`,
    steps: [{ template_id: template, approval: "each" }],
  });
  await changeSequence(staff, id, { to: "active" });
  const colleague = (await app.db("contacts").where({ email: "kai@canary-vesta.example" }).first("id")) as {
    id: string;
  };
  await enrolContacts(staff, id, { contact_ids: [colleague.id] });
  const draft = (await app
    .db("messages")
    .where({ contact_id: colleague.id, state: "draft" })
    .first("id")) as {
    id: string;
  };
  await editMail(staff, draft.id, { subject: `${NAME} sends me`, body: `${NAME} sends me` });
  await holdOutreach(staff, { scope: "organisation", subject_id: organisationId, reason: `${NAME} asked` });
}

describe("erasing a person", () => {
  test("takes name and address out of every column there is, and the canary was there before", async () => {
    const { contactId } = await wellKnown();
    const before = await placesWith(app, NAME, EMAIL);
    expect(before).toEqual(
      expect.arrayContaining([
        "contacts.email",
        "contacts.name",
        "contacts.notes",
        "contact_reports.note",
        "declines.comment",
        "declines.said_by",
        "import_rows.contacts",
        "import_rows.raw",
        "mailbox_faults.detail",
        "messages.body_text",
        "messages.data",
        "messages.smtp_reply",
        "messages.to_email",
        "messages.to_name",
        "outreach_holds.reason",
        "segments.filter",
        "segments.name",
        "sequences.name",
        "sequences.recipients",
        "tasks.detail",
        "template_texts.body_md",
        "template_texts.subject",
        "templates.name",
      ]),
    );
    expect(before).not.toContain("message_events.detail");
    await eraseContact(await staffCtx(app), contactId, ERASE);
    expect(await placesWith(app, NAME, EMAIL, "ottoline")).toEqual([]);
  });

  test("keeps the colleague, the mails' states and hashes, the organisation's no, and the stop", async () => {
    const { contactId, organisationId } = await wellKnown();
    await eraseContact(await staffCtx(app), contactId, ERASE);
    expect(
      await app.db("contacts").where({ organisation_id: organisationId }).whereNotNull("email"),
    ).toMatchObject([{ name: "Kai Berg", notes: "works with [erased]" }]);
    const mails = (await app.db("messages").where({ contact_id: contactId })) as Record<string, unknown>[];
    expect(new Set(mails.map((mail) => mail["state"]))).toEqual(new Set(["failed", "sent"]));
    expect(mails.every((mail) => mail["body_hash"] !== null && mail["body_text"] === null)).toBe(true);
    expect(await app.db("declines")).toMatchObject([
      { reason_code: "political", said_by: null, comment: "[erased] says not now, write to [erased] in May" },
    ]);
    const hash = app.keys.addressHash(EMAIL);
    expect(await app.db("suppressions").where({ address_hash: hash, letter_id: null })).toMatchObject([
      { reason: "staff", source: "erasure" },
    ]);
    expect(await app.db("activity").where({ action: "contact.erased" })).toMatchObject([
      { contact_id: contactId, detail: { stop: true } },
    ]);
  });

  test("who said stop is never written to again, also when a list brings the address back", async () => {
    const contact = await aContact(app, { name: NAME, email: EMAIL, organisation: "Vesta Canary" });
    await suppress(app.system, { addressHash: contact.hash, reason: "unsubscribed", source: "t" });
    await eraseContact(await staffCtx(app), contact.id, { confirm: true, stop: false });
    const list = await importList(`Name,Country,Contact,Email\nVesta Canary,NO,${NAME},${EMAIL}\n`);
    expect(await app.db("import_rows").where({ import_id: list }).pluck("codes")).toEqual([
      ["SUPPRESSED_ADDRESS"],
    ]);
    const again = (await app.db("contacts").where({ email: EMAIL }).first("id")) as { id: string };
    const staff = await staffCtx(app);
    const id = newId(app.clock);
    await saveMailing(staff, { id, letter: letter.slug, ...WORDS });
    const { choice } = await previewMailing(staff, id);
    expect(choice.chosen).toEqual([]);
    expect(choice.leftOut).toMatchObject([{ candidate: { contactId: again.id }, reason: "suppressed" }]);
    await settle(app);
    expect(sink.mails).toHaveLength(0);
  });

  test("takes back mails that wait, also one that a worker holds already", async () => {
    const contact = await aContact(app, { name: NAME, email: EMAIL });
    await aMailing(await staffCtx(app), letter, [contact]);
    const claim = await claimDueMail(app.system, sendingOf(app), 5);
    expect(claim.rows).toHaveLength(1);
    await eraseContact(await staffCtx(app), contact.id, ERASE);
    expect(await commitMail(app.system, sendingOf(app), claim)).toEqual([]);
    await settle(app);
    expect(sink.mails).toHaveLength(0);
    expect(await messageTo(app, contact)).toMatchObject({ state: "cancelled", state_reason: "contact_gone" });
    expect(await app.db("enrolments").pluck("state_reason")).toEqual(["removed"]);
  });

  test("waits while a mail is on its way, and changes nothing then", async () => {
    const contact = await aContact(app, { name: NAME, email: EMAIL });
    await aMailing(await staffCtx(app), letter, [contact]);
    await commitMail(app.system, sendingOf(app), await claimDueMail(app.system, sendingOf(app), 5));
    await expect(eraseContact(await staffCtx(app), contact.id, ERASE)).rejects.toMatchObject({
      code: "privacy.mail_under_way",
    });
    expect(await app.db("contacts").where({ id: contact.id }).first()).toMatchObject({
      name: NAME,
      erased_at: null,
    });
    expect(await app.db("suppressions")).toEqual([]);
  });

  test("is for administrators who have read what it does, and happens once", async () => {
    const contact = await aContact(app, { name: NAME, email: EMAIL });
    await expect(eraseContact(await staffCtx(app, "outreach"), contact.id, ERASE)).rejects.toMatchObject({
      kind: "forbidden",
    });
    const admin = await staffCtx(app);
    await expect(eraseContact(admin, contact.id, { stop: true } as never)).rejects.toMatchObject({
      fields: { confirm: "errors.privacy.confirm" },
    });
    expect(await previewErasure(admin, contact.id)).toMatchObject({
      name: NAME,
      stopped: false,
      signatures: 0,
    });
    await eraseContact(admin, contact.id, ERASE);
    await expect(eraseContact(admin, contact.id, ERASE)).rejects.toMatchObject({ kind: "not_found" });
    await expect(updateContact(admin, contact.id, { name: "Back", row_version: 2 })).rejects.toMatchObject({
      kind: "not_found",
    });
    await createContact(admin, {
      organisation_id: contact.organisationId,
      email: EMAIL,
      lawful_basis: "consent",
      source: "their own form",
    });
  });
});

test("what came in from or about an erased person loses its words and keeps its kind", async () => {
  const contact = await aContact(app, { name: NAME, email: EMAIL });
  const { id } = await takeIn(app, rawMail({ From: `${NAME} <${EMAIL}>` }, `Ring me. ${NAME}`));
  await takeIn(app, rawMail({ From: "desk@elsewhere.example" }, `Please ask ${NAME} (${EMAIL}).`));
  expect(await placesWith(app, NAME, EMAIL)).toContain("inbound_mails.body_text");
  await eraseContact(await staffCtx(app), contact.id, ERASE);
  expect((await placesWith(app, NAME, EMAIL)).filter((place) => place.startsWith("inbound_mails"))).toEqual(
    [],
  );
  expect(await app.db("inbound_mails").where({ id }).first()).toMatchObject({
    class: "human_reply",
    raw: null,
  });
});

test("nor does anything heard about them stay in faults of mailboxes, in other people's mails or in tasks of nobody", async () => {
  const contact = await aContact(app, { name: NAME, email: EMAIL });
  await aMailing(await staffCtx(app), letter, [contact]);
  await settle(app);
  const message = await messageTo(app, contact);
  const mailbox = await settingsMailbox(app.system);
  const said = { source: "report" as const, detail: `550 5.7.1 <${EMAIL}> refused, ask ${EMAIL}` };
  await noteSenderFault(app.system, mailbox.id, { messageId: String(message["id"]), ...said });
  await noteSenderFault(app.system, mailbox.id, { messageId: null, ...said });
  const from = { From: "desk@elsewhere.example" };
  await takeIn(app, rawMail({ ...from, "Reply-To": EMAIL }, "Ask me."));
  await takeIn(app, rawMail({ From: `${NAME} <zz@elsewhere.example>`, Subject: "x" }, "Hi."));
  const kept = app.db("inbound_mails");
  await kept.clone().update({ headers: "[]" });
  await takeIn(
    app,
    rawMail(
      { From: "away@elsewhere.example", "Auto-Submitted": "auto-replied", Subject: "Automatic reply" },
      `Kai no longer works here. Please contact ${NAME} at ${EMAIL} instead.`,
    ),
  );
  const places = await placesWith(app, NAME, EMAIL);
  expect(places).toEqual(
    expect.arrayContaining(["inbound_mails.from_name", "inbound_mails.reply_to", "tasks.detail"]),
  );
  await eraseContact(await staffCtx(app), contact.id, ERASE);
  expect(await placesWith(app, NAME, EMAIL, "ottoline")).toEqual([]);
  // What was said about a mail to them is gone, what was said of nobody we know names nobody.
  const faults = await app.db("mailbox_faults").orderByRaw("message_id nulls last").pluck("detail");
  expect(faults).toEqual([null, "550 5.7.1 <[address]> refused, ask [address]"]);
});
