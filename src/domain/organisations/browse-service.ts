import type { z } from "zod";
import type { Ctx } from "../../platform/context.js";
import { notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { parse, type Page } from "../../platform/schema.js";
import { listActivity, type ActivityLine } from "../activity/views.js";
import { mayDo } from "../team/permission.js";
import { requirePermission } from "../team/service.js";
import { listContactsQuery, listOrganisationsQuery } from "./commands.js";
import { dossierSections, type DossierSections } from "./dossier-views.js";
import { getOrganisation } from "./service.js";
import type { OrganisationRow } from "./store.js";
import {
  countOrganisations,
  findContactLine,
  listContacts,
  listOrganisations,
  type ContactLine,
  type OrganisationLine,
} from "./views.js";

/** Organisations by name, filtered, a page at a time, and how many there are in all. */
export async function browseOrganisations(
  ctx: Ctx,
  input: z.input<typeof listOrganisationsQuery>,
): Promise<Page<OrganisationLine> & { total: number }> {
  requirePermission(ctx, "organisations:read");
  const query = parse(listOrganisationsQuery, input);
  const page = await listOrganisations(ctx, query);
  return { ...page, total: await countOrganisations(ctx, query) };
}

/** Contacts, filtered, a page at a time. */
export async function browseContacts(
  ctx: Ctx,
  input: z.input<typeof listContactsQuery>,
): Promise<Page<ContactLine>> {
  requirePermission(ctx, "organisations:read");
  return listContacts(ctx, parse(listContactsQuery, input));
}

/** One organisation. Throws not_found. */
export async function showOrganisation(ctx: Ctx, id: string): Promise<OrganisationRow> {
  requirePermission(ctx, "organisations:read");
  return getOrganisation(ctx, id);
}

/** One contact with its organisation. Throws not_found. */
export async function showContact(ctx: Ctx, id: string): Promise<ContactLine> {
  requirePermission(ctx, "organisations:read");
  const line = isUuid(id) ? await findContactLine(ctx, id) : undefined;
  if (!line) throw notFound("contact.unknown");
  return line;
}

/** All that is known of an organisation; sections that the actor may not read are empty. */
export interface Dossier extends DossierSections {
  organisation: OrganisationRow;
  contacts: ContactLine[];
  timeline: ActivityLine[];
}

/** Everything that happened with an organisation. Throws not_found. */
export async function showDossier(ctx: Ctx, id: string): Promise<Dossier> {
  requirePermission(ctx, "organisations:read");
  const organisation = await getOrganisation(ctx, id);
  const sections = await dossierSections(ctx, id);
  const { items: contacts } = await listContacts(ctx, { organisation_id: id, limit: 200 });
  const { items: timeline } = await listActivity(ctx, { organisationId: id, limit: 100 });
  return {
    organisation,
    contacts,
    timeline,
    ...sections,
    messages: mayDo(ctx.actor, "messages:read") ? sections.messages : [],
    signatures: mayDo(ctx.actor, "signatures:read") ? sections.signatures : [],
    declines: mayDo(ctx.actor, "declines:read") ? sections.declines : [],
  };
}
