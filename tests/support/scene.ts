import { createHash } from "node:crypto";
import { suppressAddress } from "../../src/domain/consent/service.js";
import { startImport } from "../../src/domain/imports/service.js";
import { ensureInvitation } from "../../src/domain/invitations/service.js";
import type { LinkPurpose } from "../../src/domain/links/link.js";
import { linkAddress, makeLink } from "../../src/domain/links/service.js";
import { createMailbox } from "../../src/domain/mail/mailbox-service.js";
import { requestSignIn } from "../../src/domain/mail/sign-in-service.js";
import { enrolContacts } from "../../src/domain/outreach/enrolment-service.js";
import { holdOutreach } from "../../src/domain/outreach/hold-service.js";
import { createSegment } from "../../src/domain/outreach/segment-service.js";
import { changeSequence, createSequence } from "../../src/domain/outreach/sequence-service.js";
import { createTemplate } from "../../src/domain/outreach/template-service.js";
import { saveMailing } from "../../src/domain/outreach/service.js";
import { saveBulk } from "../../src/domain/review/bulk-service.js";
import { writeSignerMail } from "../../src/domain/review/signer-mail-service.js";
import { saveDraft } from "../../src/domain/signatures/draft-service.js";
import { signingPlace } from "../../src/domain/signatures/service.js";
import { addStaff, createApiToken, signInLinkFor } from "../../src/domain/team/service.js";
import { newId } from "../../src/platform/ids.js";
import type { TestApp } from "./app.js";
import { campaign } from "./campaign.js";
import { rawMail, takeIn } from "./inbound.js";
import { settle } from "./settle.js";
import { insertLogo, LOGO_HASH } from "./signatory.js";

/** One of everything, so that each page of each door has something to show. */
export interface Scene {
  letter: string;
  /** Ids by the part of the address they stand under: `organisations`, `signatures`, … */
  ids: Record<string, string>;
  /** Secrets of personal links by the first part of their address, fresh ones first. */
  tokens: Record<string, string[]>;
}

/** Fills an empty database with one of everything. */
export async function scene(app: TestApp): Promise<Scene> {
  const rows = campaign(app);
  const letter = "keep-orbit-usable";
  const letterId = await rows.letter(letter);
  await rows.letter("a-draft", { state: "draft" });
  const [asked, signing, declined, signed] = [
    await rows.organisation("Rimfrost Thermal Oy"),
    await rows.organisation("Gannet Marine Syndicate"),
    await rows.organisation("Volta Satellite Services Ltd"),
    await rows.organisation("Tidewater Optics Inc."),
  ];
  const pledging = await rows.organisation("Copperline Propulsion Pty Ltd");
  await rows.contact(pledging);
  const contact = await rows.contact(asked, { email: "aino@rimfrost.example" });
  const invitation = await ensureInvitation(app.system, letterId, contact);
  const answered = await ensureInvitation(app.system, letterId, await rows.contact(declined));
  await app.database
    .adminDb("invitations")
    .where({ id: answered.id })
    .update({ answer: "decline", answered_at: app.clock.now() });
  const submitted = await rows.signature(letterId, signing, {
    state: "submitted",
    confirmed_at: null,
    published_at: null,
  });
  const published = await rows.signature(letterId, signed);
  const inReview = await rows.signature(letterId, asked, { state: "in_review", published_at: null });
  const pledged = await rows.signature(letterId, pledging, {
    kind: "pledge",
    state: "standing",
    condition_count: 5,
    condition_class: "any",
    published_at: null,
  });
  const decline = await rows.decline(letterId, declined, { contact_id: null });
  const message = await rows.message(letterId, asked);
  const uncertain = await rows.message(letterId, signed, { state: "uncertain" });
  const task = await rows.task({ letter_id: letterId, organisation_id: asked });
  const inbox = await takeIn(app, rawMail({ From: "Aino <aino@rimfrost.example>" }, "We will look at it."));
  const { id: staff } = await addStaff(app.system, { email: "tomas@forum.example", role: "viewer" });
  const { id: token } = await createApiToken(app.system, { name: "Nightly", scopes: ["audit:read"] });

  const list = { source: { bytes: Buffer.from("Name,Country\nHarrow & Vale,GB\n,NO\n") }, name: "list.csv" };
  const { id: imported } = await startImport(app.system, list);
  const mailing = newId(app.clock);
  await saveMailing(app.system, {
    id: mailing,
    letter,
    language: "en",
    subject: "An invitation",
    body: "Dear {{contact.name}}, please read {{invitation.link}}.",
  });
  await suppressAddress(app.system, { email: "stopped@vesta.example" });
  const { id: suppression } = (await app.database.adminDb("suppressions").first("id")) as { id: string };
  const mailbox = await createMailbox(app.system, {
    name: "Press office",
    from_email: "press@forum.example",
    smtp_host: "127.0.0.1",
    smtp_port: 2525,
    smtp_security: "none",
  });
  const authority = await authorityScene(app, { letterId, letter, inReview });
  const outreach = await outreachScene(app, letter);
  const review = await reviewScene(app, letter);
  const shown = await statementScene(app, letterId, published);
  await deliveryScene(app, letterId, letter);
  await requestSignIn(app.system, { email: "tomas@forum.example" }, undefined);
  await settle(app);
  const captured = (await app.database.adminDb("messages").where({ template: "sign-in" }).first("id")) as {
    id: string;
  };

  const secret = async (purpose: LinkPurpose, subject: string): Promise<string> =>
    lastPart(linkAddress(app.system, await makeLink(app.system, purpose, subject)));
  const signIn = await signInLinkFor(app.system, { email: "tomas@forum.example" });
  const invitations = [invitation, answered].map(({ linkId }) => app.keys.token("invitation", linkId, 1));
  return {
    letter,
    ids: {
      organisations: asked,
      merging: pledging,
      contacts: contact,
      review: inReview,
      signatures: published,
      declines: decline,
      messages: captured.id,
      uncertain,
      tasks: task,
      staff,
      tokens: token,
      invitations: invitation.id,
      imports: imported,
      outreach: mailing,
      countries: "DE",
      suppressions: suppression,
      inbox: inbox.id ?? "",
      inbound: inbox.id ?? "",
      mailboxes: mailbox,
      ...outreach,
      ...review,
      ...shown,
      mail: captured.id,
      evidence: authority.file,
    },
    tokens: {
      "/r": invitations,
      "/confirm": [await secret("confirm", submitted)],
      "/attest": [await secret("attest", authority.officer)],
      "/drafts": [authority.draft],
      "/unsubscribe": [await secret("unsubscribe", message)],
      "/manage": [await secret("manage", published), await secret("manage", pledged)],
      "/reports": [await secret("report", shown["reports"] ?? "")],
      "/preferences": [await secret("preferences", message)],
      "/console/sign-in": signIn ? [lastPart(linkAddress(app.system, signIn.link))] : [],
    },
  };
}

/** An officer who was asked, one who said no, a half-filled form, and a file of evidence. */
async function authorityScene(
  app: TestApp,
  given: { letterId: string; letter: string; inReview: string },
): Promise<{ officer: string; draft: string; file: string }> {
  const officer = newId(app.clock);
  const waits = await campaign(app).signature(
    given.letterId,
    await campaign(app).organisation("Halyard Orbital BV"),
    { state: "awaiting_authority", published_at: null },
  );
  await app.database.adminDb("signature_officers").insert({
    id: officer,
    signature_id: waits,
    place: 1,
    name: "Aino Lehto",
    title: "Director",
    email: "aino@rimfrost.example",
    state: "asked",
    asked_at: app.clock.now(),
  });
  const place = await signingPlace(app.system, { door: "public", slug: given.letter }, "en");
  const { address } = await saveDraft(app.system, place, "en", { display_name: "Rimfrost" });
  const { id: staff } = await addStaff(app.system, { email: "evidence@forum.example", role: "reviewer" });
  const file = newId(app.clock);
  await app.database.adminDb("evidence_files").insert({
    id: file,
    signature_id: given.inReview,
    name: "signed.pdf",
    media_type: "application/pdf",
    bytes: Buffer.from("%PDF-1.7"),
    sha256: Buffer.alloc(32),
    uploaded_by: staff,
    uploaded_at: app.clock.now(),
  });
  return { officer, draft: lastPart(address), file };
}

/** A running sequence with somebody in it, a template of the library and a segment. */
async function outreachScene(app: TestApp, letter: string): Promise<Record<string, string>> {
  const rows = campaign(app);
  const contact = await rows.contact(await rows.organisation("Saltmarsh Propulsion AS"));
  const texts = [{ language: "en", subject: "An invitation", body: "Dear {{contact.name}}" }];
  const { id: templates } = await createTemplate(app.system, { name: "Invitation", texts });
  const steps = [{ template_id: templates, approval: "each" as const }];
  const { id: sequences } = await createSequence(app.system, { letter, name: "Operators", steps });
  await changeSequence(app.system, sequences, { to: "active" });
  await enrolContacts(app.system, sequences, { contact_ids: [contact] });
  const enrolment = (await app.db("enrolments").where({ sequence_id: sequences }).first("id")) as {
    id: string;
  };
  const draft = (await app.db("messages").where({ enrolment_id: enrolment.id }).first("id")) as {
    id: string;
  };
  const { id: segments } = await createSegment(app.system, { name: "All", filter: {} });
  await holdOutreach(app.system, { scope: "contact", subject_id: contact });
  return { templates, sequences, enrolments: enrolment.id, approvals: draft.id, segments };
}

/** A bulk invalidation that was only counted, and a mail to signatories that was only written. */
async function reviewScene(app: TestApp, letter: string): Promise<Record<string, string>> {
  const { id: bulk } = await saveBulk(app.system, { summary: "A wave of spam", domain: "spam.example" });
  const { id: mail } = await writeSignerMail(app.system, letter, { subject: "News", body: "It goes well." });
  return { bulk, "bulk-invalidations": bulk, "signer-mails": mail };
}

/** A record of a delivery with one file; that the letter is still open matters to no page of it. */
async function deliveryScene(app: TestApp, letterId: string, letter: string): Promise<void> {
  const id = newId(app.clock);
  const at = app.clock.now();
  await app.database.adminDb("deliveries").insert({
    id,
    letter_id: letterId,
    addressee: "To the member states",
    delivered_by: "The Forum",
    delivered_at: at,
    language: "en",
    recorded_at: at,
  });
  const body = Buffer.from("%PDF-1.7 a file that was handed over");
  const sha256 = createHash("sha256").update(body).digest();
  await app.database
    .adminDb("delivery_files")
    .insert({ delivery_id: id, name: `${letter}.pdf`, sha256, body });
}

/** A logo that is shown beside a signature, and a report about an entry. */
async function statementScene(
  app: TestApp,
  letterId: string,
  signatureId: string,
): Promise<Record<string, string>> {
  const statements = await insertLogo(app, signatureId);
  const reports = newId(app.clock);
  await app.database.adminDb("entry_reports").insert({
    id: reports,
    letter_id: letterId,
    signature_id: signatureId,
    entry_name: "Tidewater Optics Inc.",
    reporter_name: "Aino Virtanen",
    reporter_role: "Counsel",
    reporter_email: "aino@tidewater.example",
    address_hash: app.keys.addressHash("aino@tidewater.example"),
    language: "en",
    at: app.clock.now(),
  });
  return { statements, reports, logos: `${LOGO_HASH.toString("hex")}.png` };
}

function lastPart(address: string): string {
  return new URL(address).pathname.split("/").at(-1) ?? "";
}
