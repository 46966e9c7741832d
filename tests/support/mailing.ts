/** A letter and people to write to about it, put straight into the tables. */
import { queueMailing, type QueuedMailing } from "../../src/domain/outreach/service.js";
import type { Ctx } from "../../src/platform/context.js";
import { newId } from "../../src/platform/ids.js";
import type { TestApp } from "./app.js";

/** A letter with its id. */
export interface TestLetter {
  id: string;
  slug: string;
}

let letters = 0;

/** Puts a letter there, open and in English unless told otherwise. */
export async function aLetter(
  app: TestApp,
  change: { state?: string; title?: string } = {},
): Promise<TestLetter> {
  letters += 1;
  const id = newId(app.clock);
  const versionId = newId(app.clock);
  const slug = `stop-the-debris-${letters}`;
  const at = app.clock.now();
  await app.db("letters").insert({
    id,
    slug,
    state: change.state ?? "open",
    default_language: "en",
    sponsor_name: "Low Orbit Stewardship Forum",
    sponsor_address: "12 Quay Street, Bergen 5003, Norway",
    sponsor_email: "team@forum.example",
    created_at: at,
  });
  await app.db("letter_versions").insert({ id: versionId, letter_id: id, number: 1, created_at: at });
  await app.db("letter_translations").insert({
    version_id: versionId,
    language: "en",
    title: change.title ?? "Keep low orbit usable",
    addressee: "To the heads of state",
    body_md: "1. Stop.",
    content_hash: Buffer.alloc(32),
  });
  return { id, slug };
}

/** An organisation with one contact. */
export interface TestContact {
  id: string;
  organisationId: string;
  email: string;
  hash: Buffer;
}

let contacts = 0;

/** Puts an organisation with a contact there, or another contact at an organisation. */
export async function aContact(
  app: TestApp,
  change: {
    name?: string | null;
    email?: string;
    organisation?: string;
    organisationId?: string;
    status?: string;
    country?: string;
    sector?: string;
  } = {},
): Promise<TestContact> {
  contacts += 1;
  const at = app.clock.now();
  const organisationId = change.organisationId ?? newId(app.clock);
  if (!change.organisationId) {
    await app.db("organisations").insert({
      id: organisationId,
      name: change.organisation ?? `Vesta Orbital ${contacts}`,
      name_key: `vesta orbital ${contacts}`,
      country: change.country ?? "NO",
      sector: change.sector ?? "satellite_operator",
      created_at: at,
      updated_at: at,
    });
  }
  const id = newId(app.clock);
  const email = change.email ?? `ada${contacts}@vesta${contacts}.example`;
  const hash = app.keys.addressHash(email);
  await app.db("contacts").insert({
    id,
    organisation_id: organisationId,
    name: change.name === undefined ? "Dr Ada Park" : change.name,
    email,
    address_hash: hash,
    lawful_basis: "published_address",
    source: `https://vesta${contacts}.example/contact`,
    source_at: at,
    status: change.status ?? "active",
    created_at: at,
    updated_at: at,
  });
  return { id, organisationId, email, hash };
}

/** The words of a mailing that names everything once. */
export const WORDS = {
  subject: "{{letter.title}}: will {{organisation.name}} sign?",
  body: [
    "Dear {{contact.name}},",
    "we ask {{organisation.name}} to sign **{{letter.title}}** ({{letter.addressee}}).",
    "[Answer here]({{invitation.link}}) or open {{invitation.link}}",
    "{{sender.name}}",
  ].join("\n\n"),
  language: "en",
};

/** Queues a mailing to some contacts. */
export function aMailing(
  ctx: Ctx,
  letter: TestLetter,
  to: readonly TestContact[],
  words: Partial<typeof WORDS> = {},
): Promise<QueuedMailing> {
  return queueMailing(ctx, {
    letterSlug: letter.slug,
    ...WORDS,
    ...words,
    contactIds: to.map((contact) => contact.id),
  });
}

/** The one message to a contact. */
export async function messageTo(app: TestApp, contact: TestContact): Promise<Record<string, unknown>> {
  const rows: Record<string, unknown>[] = await app.db("messages").where({ contact_id: contact.id });
  if (rows.length !== 1 || !rows[0]) throw new Error(`${rows.length} messages to the contact`);
  return rows[0];
}

/** The states a message has gone through, in order. */
export async function historyOf(app: TestApp, messageId: unknown): Promise<string[]> {
  return app.db("message_events").where({ message_id: messageId }).orderBy("place").pluck("kind");
}

/** The secret of the unsubscribe link in the mail to a contact. */
export async function unsubscribeToken(app: TestApp, contact: TestContact): Promise<string> {
  const message = await messageTo(app, contact);
  const rows: { id: string; generation: number }[] = await app
    .db("links")
    .where({ purpose: "unsubscribe", subject_id: message["id"] });
  const [link] = rows;
  if (!link) throw new Error("the mail has no unsubscribe link");
  return app.keys.token("unsubscribe", link.id, link.generation);
}
