import type { ListedOrganisation } from "../organisations/organisation.js";
import type { RowContact } from "./row.js";

/** An organisation as we have it, as far as a list may change it. */
export interface StoredOrganisation {
  id: string;
  name: string;
  legal_name: string | null;
  country: string | null;
  sector: string;
  website: string | null;
  domain: string | null;
  active_satellites: number | null;
  metrics_as_of: string | null;
  external_id: string | null;
}

/** A contact as we have it, as far as a list may change it. */
export interface StoredContact {
  id: string;
  organisation_id: string;
  email: string | null;
  name: string | null;
  title: string | null;
  phone: string | null;
  language: string | null;
  notes: string | null;
}

/** What was there and what the list brings. */
export interface Change {
  from: string | number | null;
  to: string | number;
}

/** What a row would change, field by field. */
export interface RowDiff {
  organisation: Record<string, Change>;
  contacts: {
    contact_id?: string;
    email?: string;
    name?: string;
    change: "new" | "changed";
    fields: Record<string, Change>;
  }[];
}

const ORGANISATION_FIELDS = ["legal_name", "sector", "website", "domain"] as const;
const FIGURE_FIELDS = ["active_satellites", "metrics_as_of"] as const;
/** Fields that a list fills in but never changes. */
const FILLED_ONLY = ["country", "external_id"] as const;
const CONTACT_FIELDS = ["name", "title", "phone", "language", "notes"] as const;

/**
 * What a row would change of an organisation we have. Its name stays as people keep it, country and foreign id are
 * only filled in, and nothing that the row leaves out is taken away.
 */
export function diffRow(
  organisation: ListedOrganisation,
  contacts: readonly RowContact[],
  stored: StoredOrganisation,
  storedContacts: readonly StoredContact[],
): RowDiff {
  const changes: Record<string, Change> = {};
  for (const field of ORGANISATION_FIELDS) addChange(changes, field, stored[field], organisation[field]);
  if (isNews(organisation, stored))
    for (const field of FIGURE_FIELDS) addChange(changes, field, stored[field], organisation[field]);
  for (const field of FILLED_ONLY) {
    if (stored[field] === null) addChange(changes, field, null, organisation[field]);
  }
  return { organisation: changes, contacts: diffContacts(contacts, stored.id, storedContacts) };
}

/** A day without a figure says nothing, and a figure of an earlier day changes nothing. */
function isNews(listed: ListedOrganisation, { metrics_as_of: known }: StoredOrganisation): boolean {
  const { active_satellites: value, metrics_as_of: day } = listed;
  return value !== undefined && (day === undefined || known === null || day >= known);
}

/** Which contacts of a row are new to an organisation or say something new of one that is there. */
export function diffContacts(
  contacts: readonly RowContact[],
  organisationId: string,
  stored: readonly StoredContact[],
): RowDiff["contacts"] {
  return contacts.flatMap((contact): RowDiff["contacts"] => {
    const known = stored.find((each) => isSame(each, contact, organisationId));
    const named = { ...pick("email", contact.email), ...pick("name", contact.name) };
    if (!known) return [{ ...named, change: "new", fields: {} }];
    const fields: Record<string, Change> = {};
    for (const field of CONTACT_FIELDS) addChange(fields, field, known[field], contact[field]);
    return Object.keys(fields).length === 0
      ? []
      : [{ ...named, contact_id: known.id, change: "changed", fields }];
  });
}

/** Whether a diff says that nothing would change. */
export function isEmptyDiff(diff: RowDiff): boolean {
  return Object.keys(diff.organisation).length === 0 && diff.contacts.length === 0;
}

function isSame(stored: StoredContact, contact: RowContact, organisationId: string): boolean {
  if (contact.email !== undefined) return stored.email === contact.email;
  return (
    stored.organisation_id === organisationId && stored.name?.toLowerCase() === contact.name?.toLowerCase()
  );
}

function addChange(
  changes: Record<string, Change>,
  field: string,
  from: string | number | null,
  to: string | number | undefined,
): void {
  if (to !== undefined && to !== from) changes[field] = { from, to };
}

function pick<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return (value === undefined ? {} : { [key]: value }) as Partial<Record<K, string>>;
}
