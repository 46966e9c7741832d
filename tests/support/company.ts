import { createInvitation } from "../../src/domain/invitations/service.js";
import { placeholdersIn } from "../../src/domain/links/link.js";
import { linkAddresses } from "../../src/domain/links/service.js";
import { createContact, createOrganisation } from "../../src/domain/organisations/service.js";
import type { TestApp } from "./app.js";
import { makeLetter } from "./letters.js";

/** A company with a contact who holds a personal link. */
export interface InvitedCompany {
  organisationId: string;
  contactId: string;
  invitationId: string;
  email: string;
  /** The path of the personal link: `/r/…`. */
  link: string;
  token: string;
}

let companies = 0;

/** Adds an organisation with one contact and gives it a personal link to a letter. */
export async function invitedCompany(
  app: TestApp,
  slug: string,
  given: { name?: string; country?: string; language?: string; domain?: string } = {},
): Promise<InvitedCompany> {
  companies += 1;
  const domain = given.domain ?? `tumaini-${companies}.example`;
  const email = `grace.wanjiru@${domain}`;
  const { id: organisationId } = await createOrganisation(app.system, {
    name: given.name ?? `Tumaini Earth Observation ${companies} Ltd`,
    country: given.country ?? "KE",
    sector: "ground_segment",
    domain,
    source: "their website",
  });
  const { id: contactId } = await createContact(app.system, {
    organisation_id: organisationId,
    name: "Grace Wanjiru",
    title: "Managing Director",
    email,
    language: given.language,
    lawful_basis: "published_address",
    source: "their website",
  });
  const invitation = await createInvitation(app.system, { letter: slug, contact_id: contactId });
  const link = new URL(invitation.address).pathname;
  return {
    organisationId,
    contactId,
    invitationId: invitation.id,
    email,
    link,
    token: link.slice("/r/".length),
  };
}

/** An open letter and a company that was invited to sign it. */
export async function openLetterWithCompany(
  app: TestApp,
): Promise<{ letter: { id: string; slug: string }; company: InvitedCompany }> {
  const letter = await makeLetter(app.system);
  return { letter, company: await invitedCompany(app, letter.slug) };
}

/** What a signing form holds when it is filled in properly. */
export function signingForm(company: Pick<InvitedCompany, "email">, changes: Record<string, unknown> = {}) {
  return {
    display_name: "Tumaini Earth Observation Ltd",
    country: "KE",
    sector: "ground_segment",
    scope: "entity",
    signatory_name: "Grace Wanjiru",
    signatory_title: "Managing Director",
    signatory_email: company.email,
    appearance: "public",
    authority: "on",
    ...changes,
  };
}

/** A mail as it waits or was sent. */
export interface MailRow {
  id: string;
  template: string;
  to_email: string;
  state: string;
  subject: string | null;
  body_text: string | null;
  body_html: string | null;
  data: Record<string, unknown>;
}

/** The mails to an address, oldest first. */
export async function mailsTo(app: TestApp, email: string, template?: string): Promise<MailRow[]> {
  const query = app.db<MailRow>("messages").where("to_email", email).orderBy("created_at").orderBy("id");
  if (template) void query.where("template", template);
  return query;
}

/** The path of the newest confirmation link that was mailed to an address: `/confirm/…`. */
export async function confirmLink(app: TestApp, email: string): Promise<string> {
  const mail = (await mailsTo(app, email, "signature-confirm")).at(-1);
  if (!mail) throw new Error(`no confirmation was mailed to ${email}`);
  const [id = ""] = placeholdersIn(String(mail.data["link"]));
  const address = (await linkAddresses(app.system, [id])).get(id);
  if (!address) throw new Error("the link of the mail is not known");
  return new URL(address).pathname;
}

/** The rows of a table, as many as there are. */
export async function countRows(
  app: TestApp,
  table: string,
  where: Record<string, unknown> = {},
): Promise<number> {
  const rows: unknown[] = await app.db(table).where(where).select("*");
  return rows.length;
}
