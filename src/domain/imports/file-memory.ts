import { nameParts, nameSkeleton } from "../organisations/name-key.js";
import type { LegalKind } from "../organisations/legal-form.js";
import type { JudgedRow, RowContact } from "./row.js";

/** An organisation that an earlier row of the file brought. */
export interface EarlierOrganisation {
  row: number;
  name: string;
  kind: LegalKind | undefined;
  country: string | null;
  /** Set when the row meant an organisation that we had before. */
  organisationId: string | undefined;
}

/** What earlier rows of one file said, as far as later rows may repeat it: a few words a row, not the rows. */
export class FileMemory {
  private readonly byKey = new Map<string, EarlierOrganisation[]>();
  private readonly bySkeleton = new Map<string, EarlierOrganisation[]>();
  private readonly byEmail = new Map<string, EarlierOrganisation>();
  private readonly people = new Set<string>();

  /** Earlier organisations whose names have this key. */
  withKey(key: string): readonly EarlierOrganisation[] {
    return this.byKey.get(key) ?? [];
  }

  /** Earlier organisations whose names look like this. */
  withSkeleton(skeleton: string): readonly EarlierOrganisation[] {
    return this.bySkeleton.get(skeleton) ?? [];
  }

  /** The earlier organisation that this address came with. */
  withEmail(email: string): EarlierOrganisation | undefined {
    return this.byEmail.get(email);
  }

  /** Whether an earlier row brought this contact to this organisation. */
  hasContact(organisation: EarlierOrganisation, contact: RowContact): boolean {
    if (contact.email !== undefined) return this.byEmail.has(contact.email);
    return this.people.has(personKey(organisation, contact));
  }

  /** Keeps an organisation that a row brought for the first time. */
  addOrganisation(judged: JudgedRow, organisationId: string | undefined): EarlierOrganisation | undefined {
    if (!judged.organisation) return undefined;
    const { name, country } = judged.organisation;
    const { key, kind } = nameParts(name);
    const entry: EarlierOrganisation = {
      row: judged.row,
      name,
      kind,
      country: country ?? null,
      organisationId,
    };
    append(this.byKey, key, entry);
    append(this.bySkeleton, nameSkeleton(name), entry);
    return entry;
  }

  /** Keeps the contacts that a row brought to an organisation. */
  addContacts(organisation: EarlierOrganisation, contacts: readonly RowContact[]): void {
    for (const contact of contacts) {
      if (contact.email === undefined) this.people.add(personKey(organisation, contact));
      else if (!this.byEmail.has(contact.email)) this.byEmail.set(contact.email, organisation);
    }
  }
}

function append<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function personKey(organisation: EarlierOrganisation, contact: RowContact): string {
  return `${organisation.row} ${contact.name?.toLowerCase() ?? ""}`;
}
