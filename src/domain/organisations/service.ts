import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { mapConstraint } from "../../platform/db.js";
import { conflict, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { requirePermission } from "../team/service.js";
import {
  createContactCommand,
  createOrganisationCommand,
  updateContactCommand,
  updateOrganisationCommand,
} from "./commands.js";
import { noteDomains, replaceDomain } from "./domain-keeping-service.js";
import { keepSatellites } from "./figure-service.js";
import { nameKey, nameSkeleton } from "./name-key.js";
import { keepFormerName } from "./life-service.js";
import { compatibleCountries } from "./organisation.js";
import {
  findContact,
  findOrganisation,
  insertContact,
  insertOrganisation,
  listOrganisationsByKey,
  lockContact,
  lockOrganisation,
  setContact,
  setOrganisation,
  type ContactRow,
  type OrganisationColumns,
  type OrganisationRow,
} from "./store.js";

const KNOWN = conflict("organisation.known", { name: "errors.organisation.known" });
const KNOWN_ADDRESS = conflict("contact.known_address", { email: "errors.contact.known_address" });

/** The columns that follow from a name. */
export function nameColumns(name: string) {
  return { name, name_key: nameKey(name), name_skeleton: nameSkeleton(name) };
}

/** Adds an organisation. Throws conflict when one of the same name (folded) and country is there already. */
export async function createOrganisation(
  ctx: Ctx,
  input: z.input<typeof createOrganisationCommand>,
): Promise<{ id: string }> {
  requirePermission(ctx, "organisations:write");
  const command = parse(createOrganisationCommand, input);
  return transaction(ctx, async (tx) => {
    const at = tx.clock.now();
    const id = newId(tx.clock);
    const row: OrganisationColumns = {
      id,
      ...nameColumns(command.name),
      legal_name: command.legal_name ?? null,
      country: command.country ?? null,
      sector: command.sector,
      website: command.website ?? null,
      domain: command.domain ?? null,
      source: command.source ?? "",
      external_id: null,
      owner_id: null,
      created_at: at,
      updated_at: at,
      row_version: 1,
    };
    await insertOrganisation(tx.db, row).catch((error: unknown) => {
      throw mapConstraint(error, { organisations_name_key_idx: KNOWN });
    });
    await noteDomains(tx, [{ organisationId: id, domain: row.domain }], "staff", row.source);
    await keepSatellites(tx, [
      {
        organisationId: id,
        value: command.active_satellites,
        asOf: command.metrics_as_of,
        source: row.source,
      },
    ]);
    await record(tx, { action: "organisation.created", organisationId: id });
    return { id };
  });
}

/** Changes an organisation. Throws not_found, or conflict on a stale version or a name that is taken. */
export async function updateOrganisation(
  ctx: Ctx,
  id: string,
  input: z.input<typeof updateOrganisationCommand>,
): Promise<void> {
  requirePermission(ctx, "organisations:write");
  const { row_version, ...command } = parse(updateOrganisationCommand, input);
  await transaction(ctx, async (tx) => {
    const current = isUuid(id) ? await lockOrganisation(tx.db, id) : undefined;
    if (!current) throw notFound("organisation.unknown");
    if (current.row_version !== row_version) throw conflict("organisation.stale");
    const given = Object.entries(command).filter(([, value]) => value !== undefined);
    const changed = given.filter(([field, value]) => current[field as keyof OrganisationRow] !== value);
    if (changed.length === 0) return;
    const change: Partial<OrganisationColumns> = Object.fromEntries(changed);
    const names = change.name === undefined ? {} : nameColumns(change.name);
    await setOrganisation(tx.db, id, { ...change, ...names, updated_at: tx.clock.now() }).catch(
      (error: unknown) => {
        throw mapConstraint(error, { organisations_name_key_idx: KNOWN });
      },
    );
    if (change.domain !== undefined) await replaceDomain(tx, id, current.domain, change.domain);
    if (change.name !== undefined) await keepFormerName(tx, current, change.name);
    await record(tx, {
      action: "organisation.changed",
      organisationId: id,
      detail: { fields: changed.map(([field]) => field) },
    });
  });
}

/**
 * The organisation that a name and country mean, if we know it: equal key and the same country, else one whose
 * country (or ours) is not known. For use cases of other concepts; asks for no permission.
 */
export async function matchOrganisation(
  ctx: Ctx,
  wanted: { name: string; country?: string | null | undefined },
): Promise<OrganisationRow | undefined> {
  const country = wanted.country ?? null;
  const found = await listOrganisationsByKey(ctx.db, [nameKey(wanted.name)]);
  return (
    found.find((each) => each.country === country) ??
    found.find((each) => compatibleCountries(each.country, country))
  );
}

/** An organisation by id. Throws not_found. For use cases of other concepts; asks for no permission. */
export async function getOrganisation(ctx: Ctx, id: string): Promise<OrganisationRow> {
  const row = isUuid(id) ? await findOrganisation(ctx.db, id) : undefined;
  if (!row) throw notFound("organisation.unknown");
  return row;
}

/** A contact by id. Throws not_found. For use cases of other concepts; asks for no permission. */
export async function getContact(ctx: Ctx, id: string): Promise<ContactRow> {
  const row = isUuid(id) ? await findContact(ctx.db, id) : undefined;
  if (!row) throw notFound("contact.unknown");
  return row;
}

/** Adds a contact with lawful basis and source. Throws not_found, or conflict when the address is known already. */
export async function createContact(
  ctx: Ctx,
  input: z.input<typeof createContactCommand>,
): Promise<{ id: string }> {
  requirePermission(ctx, "organisations:write");
  const command = parse(createContactCommand, input);
  return transaction(ctx, async (tx) => {
    await getOrganisation(tx, command.organisation_id);
    const at = tx.clock.now();
    const row: ContactRow = {
      id: newId(tx.clock),
      organisation_id: command.organisation_id,
      name: command.name ?? null,
      title: command.title ?? null,
      ...addressColumns(tx, command.email ?? null),
      phone: command.phone ?? null,
      language: command.language ?? null,
      time_zone: command.time_zone ?? null,
      lawful_basis: command.lawful_basis,
      source: command.source,
      source_at: at,
      status: "active",
      notes: command.notes ?? null,
      ...NEVER_CHECKED,
      created_at: at,
      updated_at: at,
      row_version: 1,
    };
    await insertContact(tx.db, row).catch((error: unknown) => {
      throw mapConstraint(error, { contacts_email_idx: KNOWN_ADDRESS });
    });
    await record(tx, {
      action: "contact.created",
      organisationId: command.organisation_id,
      contactId: row.id,
    });
    return { id: row.id };
  });
}

/**
 * Marks the address of a contact as one that nobody reads, unless the contact has another address meanwhile (null: whatever
 * it is now) or another standing. Says whether it changed anything; never refuses, since what was found out while sending
 * must not be lost over a colleague's edit. Belongs in an open transaction; the caller has asked for the permission.
 */
export async function markAddressDead(ctx: Ctx, id: string, email: string | null): Promise<boolean> {
  const current = await lockContact(ctx.db, id);
  if (!current || current.erased_at || current.status !== "active") return false;
  if (email !== null && current.email !== email) return false;
  await setContact(ctx.db, id, { status: "address_invalid", updated_at: ctx.clock.now() });
  await record(ctx, {
    action: "contact.changed",
    organisationId: current.organisation_id,
    contactId: id,
    detail: { fields: ["status"] },
  });
  return true;
}

/** Changes a contact. Throws not_found, or conflict on a stale version or an address that is known already. */
export async function updateContact(
  ctx: Ctx,
  id: string,
  input: z.input<typeof updateContactCommand>,
): Promise<void> {
  requirePermission(ctx, "organisations:write");
  const { row_version, ...command } = parse(updateContactCommand, input);
  await transaction(ctx, async (tx) => {
    const current = isUuid(id) ? await lockContact(tx.db, id) : undefined;
    if (!current || current.erased_at) throw notFound("contact.unknown");
    if (current.row_version !== row_version) throw conflict("contact.stale");
    const given = Object.entries(command).filter(([, value]) => value !== undefined);
    const changed = given.filter(([field, value]) => current[field as keyof ContactRow] !== value);
    if (changed.length === 0) return;
    const change: Partial<ContactRow> = Object.fromEntries(changed);
    const address = change.email === undefined ? {} : addressColumns(tx, change.email);
    const at = tx.clock.now();
    const basis = change.lawful_basis === undefined ? {} : { ...NEVER_CHECKED, basis_checked_at: at };
    await setContact(tx.db, id, { ...change, ...address, ...basis, updated_at: at }).catch(
      (error: unknown) => {
        throw mapConstraint(error, { contacts_email_idx: KNOWN_ADDRESS });
      },
    );
    await record(tx, {
      action: "contact.changed",
      organisationId: current.organisation_id,
      contactId: id,
      detail: { fields: changed.map(([field]) => field) },
    });
  });
}

/** What is known of a basis that nobody has looked at again. */
export const NEVER_CHECKED = {
  basis_checked_at: null,
  basis_ended_at: null,
  basis_note: null,
  erased_at: null,
} satisfies Partial<ContactRow>;

function addressColumns(ctx: Ctx, email: string | null): Pick<ContactRow, "email" | "address_hash"> {
  return { email, address_hash: email === null ? null : ctx.keys.addressHash(email) };
}
