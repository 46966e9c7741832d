import type { Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import { isRoleAddress, type LawfulBasis } from "./contact.js";
import { compatibleCountries, type ListedOrganisation } from "./organisation.js";
import { keepSatellites } from "./figure-service.js";
import { noteDomains } from "./domain-keeping-service.js";
import { NEVER_CHECKED, nameColumns } from "./service.js";
import {
  insertNewContacts,
  insertNewOrganisations,
  listContactsByEmail,
  listContactsWithoutEmail,
  listOrganisationsById,
  listOrganisationsByKey,
  listOrganisationsBySkeleton,
  lockOrganisation,
  setContact,
  setOrganisation,
  type ContactRow,
  type OrganisationColumns,
  type OrganisationRow,
} from "./store.js";

/** A contact as a list brings it, its address already checked. */
export interface ListedContact {
  name?: string;
  title?: string;
  email?: string;
  phone?: string;
  language?: string;
  notes?: string;
  source?: string;
  lawful_basis?: LawfulBasis;
}

/** What holds for contacts of a list that does not say it itself. */
export interface ListDefaults {
  source: string;
  /** Unless given: a role address counts as published, anybody else's as legitimate interest. */
  lawfulBasis?: LawfulBasis | undefined;
}

/* The use cases here serve lists; whoever takes over a list has asked for the permission. */

/** Everything we have that rows with these keys, looks and addresses may mean. */
export interface KnownParties {
  organisations: OrganisationRow[];
  contacts: ContactRow[];
}

/** Looks up what a batch of rows may mean: organisations by key and look, contacts by address, and their owners. */
export async function findKnownParties(
  ctx: Ctx,
  wanted: { keys: readonly string[]; skeletons: readonly string[]; emails: readonly string[] },
): Promise<KnownParties> {
  const byKey = await listOrganisationsByKey(ctx.db, wanted.keys);
  const bySkeleton = await listOrganisationsBySkeleton(ctx.db, wanted.skeletons);
  const contacts = await listContactsByEmail(ctx.db, wanted.emails);
  const found = new Map([...bySkeleton, ...byKey].map((row) => [`${row.id} ${row.name_key}`, row]));
  const ids = new Set([...found.values()].map(({ id }) => id));
  const owners = contacts.map((contact) => contact.organisation_id).filter((id) => !ids.has(id));
  for (const row of await listOrganisationsById(ctx.db, [...new Set(owners)])) found.set(row.id, row);
  const people = await listContactsWithoutEmail(
    ctx.db,
    byKey.map(({ id }) => id),
  );
  return { organisations: [...found.values()], contacts: [...contacts, ...people] };
}

/**
 * Adds organisations from a list and returns their ids in the same order; one that is there by now (another import
 * was faster) is taken instead of added again. Counts how many are new.
 */
export async function addListedOrganisations(
  ctx: Ctx,
  listed: readonly ListedOrganisation[],
  defaults: ListDefaults,
): Promise<{ ids: string[]; added: number }> {
  const rows = listed.map((each) => organisationRow(ctx, each, defaults));
  const added = await insertNewOrganisations(ctx.db, rows);
  const fresh = rows.filter(({ id }) => added.has(id));
  await noteDomains(ctx, fresh.map(ownDomain), "import", defaults.source);
  await keepSatellites(
    ctx,
    rows.flatMap((row, at) =>
      added.has(row.id) ? [figureOf(row.id, listed[at] ?? {}, defaults.source)] : [],
    ),
  );
  const missing = rows.filter(({ id }) => !added.has(id));
  const there = await listOrganisationsByKey(
    ctx.db,
    missing.map((row) => row.name_key),
  );
  const ids = rows.map((row) => {
    if (added.has(row.id)) return row.id;
    const same = there.find((each) => each.name_key === row.name_key && each.country === row.country);
    return (
      (
        same ??
        there.find((each) => each.name_key === row.name_key && compatibleCountries(each.country, row.country))
      )?.id ?? row.id
    );
  });
  return { ids, added: added.size };
}

function figureOf(
  organisationId: string,
  { active_satellites: value, metrics_as_of: asOf, source }: Partial<ListedOrganisation>,
  otherwise: string,
) {
  return { organisationId, value, asOf, source: source ?? otherwise };
}

function ownDomain({ id, domain }: OrganisationColumns) {
  return { organisationId: id, domain };
}

/** Adds contacts from a list to organisations; addresses that are there by now are left alone. Returns how many are new. */
export async function addListedContacts(
  ctx: Ctx,
  listed: readonly { organisationId: string; contact: ListedContact }[],
  defaults: ListDefaults,
): Promise<number> {
  return insertNewContacts(
    ctx.db,
    listed.map(({ organisationId, contact }) => contactRow(ctx, organisationId, contact, defaults)),
  );
}

/** Writes the fields of an organisation that a list changes, and adds its figure; a country that would make it a second one stays out. */
export async function changeListedOrganisation(
  ctx: Ctx,
  id: string,
  fields: Partial<Omit<ListedOrganisation, "name">>,
  source: string,
): Promise<void> {
  const { country, active_satellites, metrics_as_of, source: own, ...others } = fields;
  const figure = { active_satellites, metrics_as_of, ...(own === undefined ? {} : { source: own }) };
  const current = country === undefined ? undefined : await lockOrganisation(ctx.db, id);
  const same = current ? await listOrganisationsByKey(ctx.db, [current.name_key]) : [];
  const free = country !== undefined && same.every((each) => each.country !== country);
  await setOrganisation(ctx.db, id, { ...others, ...(free ? { country } : {}), updated_at: ctx.clock.now() });
  await keepSatellites(ctx, [figureOf(id, figure, source)]);
  await noteDomains(ctx, [{ organisationId: id, domain: fields.domain }], "import", "");
}

/** Writes the fields of a contact that a list changes. */
export async function changeListedContact(
  ctx: Ctx,
  id: string,
  fields: Partial<Pick<ListedContact, "name" | "title" | "phone" | "language" | "notes">>,
): Promise<void> {
  await setContact(ctx.db, id, { ...fields, updated_at: ctx.clock.now() });
}

function organisationRow(ctx: Ctx, listed: ListedOrganisation, defaults: ListDefaults): OrganisationColumns {
  const at = ctx.clock.now();
  return {
    id: newId(ctx.clock),
    ...nameColumns(listed.name),
    legal_name: listed.legal_name ?? null,
    country: listed.country ?? null,
    sector: listed.sector ?? "other",
    website: listed.website ?? null,
    domain: listed.domain ?? null,
    source: listed.source ?? defaults.source,
    external_id: listed.external_id ?? null,
    owner_id: null,
    created_at: at,
    updated_at: at,
    row_version: 1,
  };
}

function contactRow(
  ctx: Ctx,
  organisationId: string,
  listed: ListedContact,
  defaults: ListDefaults,
): ContactRow {
  const at = ctx.clock.now();
  const email = listed.email ?? null;
  const usual = email !== null && isRoleAddress(email) ? "published_address" : "legitimate_interest";
  return {
    id: newId(ctx.clock),
    organisation_id: organisationId,
    name: listed.name ?? null,
    title: listed.title ?? null,
    email,
    address_hash: email === null ? null : ctx.keys.addressHash(email),
    phone: listed.phone ?? null,
    time_zone: null,
    language: listed.language ?? null,
    lawful_basis: listed.lawful_basis ?? defaults.lawfulBasis ?? usual,
    source: listed.source ?? defaults.source,
    source_at: at,
    status: "active",
    notes: listed.notes ?? null,
    ...NEVER_CHECKED,
    created_at: at,
    updated_at: at,
    row_version: 1,
  };
}
