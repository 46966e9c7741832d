import type { Db } from "../../platform/db.js";
import { withoutWord } from "../../platform/erasing.js";
import type { ContactStatus, LawfulBasis } from "./contact.js";
import { NEWEST_SATELLITES } from "./figure-store.js";
import type { Sector } from "./sector.js";

/** An organisation as kept, without its figures. */
export interface OrganisationColumns {
  id: string;
  name: string;
  legal_name: string | null;
  name_key: string;
  name_skeleton: string | null;
  country: string | null;
  sector: Sector;
  website: string | null;
  domain: string | null;
  source: string;
  external_id: string | null;
  owner_id: string | null;
  /** What it belongs to, and the topmost of those; null: nothing, and itself. Written by `setParent` only. */
  parent_id?: string | null;
  group_root_id?: string | null;
  /** The organisation that it turned out to be. Written by `setMergedInto` only. */
  merged_into_id?: string | null;
  created_at: Date;
  updated_at: Date;
  row_version: number;
}

/** An organisation with the newest figure of its active satellites. */
export interface OrganisationRow extends OrganisationColumns {
  active_satellites: number | null;
  metrics_as_of: string | null;
}

/** A contact as kept. */
export interface ContactRow {
  id: string;
  organisation_id: string;
  name: string | null;
  title: string | null;
  email: string | null;
  address_hash: Buffer | null;
  phone: string | null;
  language: string | null;
  /** IANA name; null: that of the organisation's country. */
  time_zone: string | null;
  lawful_basis: LawfulBasis;
  source: string;
  source_at: Date;
  status: ContactStatus;
  notes: string | null;
  /** When somebody last looked whether the lawful basis holds; null: not since `source_at`. */
  basis_checked_at: Date | null;
  /** When it was found not to hold any more. */
  basis_ended_at: Date | null;
  basis_note: string | null;
  /** The person asked to be erased; only the row is left. */
  erased_at: Date | null;
  created_at: Date;
  updated_at: Date;
  row_version: number;
}

/** Adds an organisation; the unique index refuses a second one of the same key and country. */
export async function insertOrganisation(db: Db, row: OrganisationColumns): Promise<void> {
  await db("organisations").insert(row);
}

/** Adds organisations, leaving out those whose key and country are there already; returns the ids that were added. */
export async function insertNewOrganisations(db: Db, rows: OrganisationColumns[]): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const added = (await db("organisations")
    .insert(rows)
    .onConflict(db.raw("(name_key, coalesce(country, ''))"))
    .ignore()
    .returning("id")) as { id: string }[];
  return new Set(added.map(({ id }) => id));
}

function organisations(db: Db) {
  return db<OrganisationRow>("organisations as o").select("o.*", db.raw(NEWEST_SATELLITES));
}

/** An organisation by id. */
export async function findOrganisation(db: Db, id: string): Promise<OrganisationRow | undefined> {
  return (await organisations(db).where("o.id", id).first()) as OrganisationRow | undefined;
}

/** An organisation by id, held until the transaction ends. */
export async function lockOrganisation(db: Db, id: string): Promise<OrganisationRow | undefined> {
  return (await organisations(db).where("o.id", id).forUpdate("o").first()) as OrganisationRow | undefined;
}

/** Organisations by id. */
export async function listOrganisationsById(db: Db, ids: readonly string[]): Promise<OrganisationRow[]> {
  return ids.length === 0 ? [] : ((await organisations(db).whereIn("o.id", [...ids])) as OrganisationRow[]);
}

/**
 * Organisations whose names, present or former, have one of these keys; one that is found by a former name comes with
 * that name's key, and one that was merged comes as what it was merged into.
 */
export async function listOrganisationsByKey(db: Db, keys: readonly string[]): Promise<OrganisationRow[]> {
  if (keys.length === 0) return [];
  const present = (await organisations(db)
    .whereRaw("name_key = any(?)", [[...keys]])
    .whereNull("merged_into_id")) as OrganisationRow[];
  const former = (await organisations(db)
    .join("organisation_names as n", "n.organisation_id", "o.id")
    .whereRaw("n.name_key = any(?)", [[...keys]])
    .whereNull("o.merged_into_id")
    .select("n.name_key as name_key")) as OrganisationRow[];
  const known = new Set(present.map((row) => `${row.name_key} ${row.id}`));
  const others = former.filter((row) => {
    const fresh = !known.has(`${row.name_key} ${row.id}`);
    known.add(`${row.name_key} ${row.id}`);
    return fresh;
  });
  return [...present, ...others];
}

/** Organisations whose names look like one of these. */
export async function listOrganisationsBySkeleton(
  db: Db,
  skeletons: readonly string[],
): Promise<OrganisationRow[]> {
  if (skeletons.length === 0) return [];
  return (await organisations(db)
    .whereRaw("name_skeleton = any(?)", [[...skeletons]])
    .whereNull("merged_into_id")) as OrganisationRow[];
}

/** Changes an organisation and counts its version up. */
export async function setOrganisation(
  db: Db,
  id: string,
  change: Partial<Omit<OrganisationColumns, "id" | "row_version">>,
): Promise<void> {
  await db("organisations")
    .where({ id })
    .update({ ...change, row_version: db.raw("row_version + 1") });
}

/** Adds a contact; the unique index refuses an address that is known already. */
export async function insertContact(db: Db, row: ContactRow): Promise<void> {
  await db("contacts").insert(row);
}

/** PostgreSQL takes 65,535 values a statement; a contact has 20. */
const CONTACTS_AT_ONCE = 2000;

/** Adds contacts, leaving out addresses that are there already; returns how many were added. */
export async function insertNewContacts(db: Db, rows: ContactRow[]): Promise<number> {
  let added = 0;
  for (let at = 0; at < rows.length; at += CONTACTS_AT_ONCE) {
    const some = rows.slice(at, at + CONTACTS_AT_ONCE);
    const ids = (await db("contacts").insert(some).onConflict("email").ignore().returning("id")) as unknown[];
    added += ids.length;
  }
  return added;
}

/** A contact by id. */
export async function findContact(db: Db, id: string): Promise<ContactRow | undefined> {
  return db<ContactRow>("contacts").where({ id }).first();
}

/** A contact by id, held until the transaction ends. */
export async function lockContact(db: Db, id: string): Promise<ContactRow | undefined> {
  return db<ContactRow>("contacts").where({ id }).forUpdate().first();
}

/** Contacts with one of these addresses. */
export async function listContactsByEmail(db: Db, emails: readonly string[]): Promise<ContactRow[]> {
  if (emails.length === 0) return [];
  return db<ContactRow>("contacts").whereRaw("email = any(?)", [[...emails]]);
}

/** Contacts of these organisations that have no address. */
export async function listContactsWithoutEmail(
  db: Db,
  organisationIds: readonly string[],
): Promise<ContactRow[]> {
  if (organisationIds.length === 0) return [];
  return db<ContactRow>("contacts")
    .whereIn("organisation_id", [...organisationIds])
    .whereNull("email")
    .whereNull("erased_at");
}

/** Changes a contact and counts its version up. */
export async function setContact(
  db: Db,
  id: string,
  change: Partial<Omit<ContactRow, "id" | "row_version">>,
): Promise<void> {
  await db("contacts")
    .where({ id })
    .update({ ...change, row_version: db.raw("row_version + 1") });
}

/** Empties a contact's row; what it is part of (an invitation, a mail) can still refer to it. */
export async function eraseContactRow(db: Db, id: string, at: Date): Promise<void> {
  await setContact(db, id, {
    name: null,
    title: null,
    email: null,
    address_hash: null,
    phone: null,
    language: null,
    source: "erased",
    notes: null,
    basis_note: null,
    status: "removed",
    erased_at: at,
    updated_at: at,
  });
}

/** Takes words out of the notes about an organisation's contacts. */
export async function scrubContactTexts(
  db: Db,
  organisationId: string,
  words: readonly string[],
): Promise<void> {
  for (const word of words) {
    await db("contacts")
      .where({ organisation_id: organisationId })
      .whereRaw("position(lower(?) in lower(concat_ws(' ', notes, basis_note, source))) > 0", [word])
      .update({
        notes: withoutWord(db, "notes", word),
        basis_note: withoutWord(db, "basis_note", word),
        source: withoutWord(db, "source", word),
      });
  }
}
