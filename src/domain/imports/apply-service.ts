import type { ListedOrganisation } from "../organisations/organisation.js";
import type { Ctx } from "../../platform/context.js";
import { suppress } from "../consent/service.js";
import {
  addListedContacts,
  addListedOrganisations,
  changeListedContact,
  changeListedOrganisation,
  type ListDefaults,
  type ListedContact,
} from "../organisations/bulk-service.js";
import { resolveLawfulBasis } from "../organisations/contact.js";
import type { Change, RowDiff } from "./row-diff.js";
import type { RowContact } from "./row.js";
import { findRowOrganisations, setRowsApplied, type ImportLineRow, type ImportRow } from "./store.js";

/** What taking over a batch of rows has done. */
export interface AppliedCounts {
  organisations_added: number;
  organisations_changed: number;
  contacts_added: number;
  contacts_changed: number;
}

interface Placed {
  line: ImportLineRow;
  organisationId: string;
}

/** Takes over a batch of rows, inside the transaction that marks them as applied. */
export async function applyRows(
  tx: Ctx,
  list: ImportRow,
  rows: readonly ImportLineRow[],
): Promise<AppliedCounts> {
  const defaults: ListDefaults = {
    source: `import of ${list.file_name}`,
    lawfulBasis: resolveLawfulBasis(list.mapping.lawful_basis ?? ""),
  };
  const creates = rows.filter(({ verdict }) => verdict === "create");
  const { ids, added } = await addListedOrganisations(
    tx,
    creates.map(({ organisation }) => organisation as ListedOrganisation),
    defaults,
  );
  const made = creates.map((line, at): Placed => ({ line, organisationId: ids[at] ?? "" }));
  const updated = await placeUpdates(tx, list.id, rows, made);
  const placed = [...made, ...updated].sort((a, b) => a.line.row_number - b.line.row_number);
  const changed = await changeOrganisations(tx, updated, defaults.source);
  const contactsAdded = await addListedContacts(tx, placed.flatMap(newContacts), defaults);
  const contactsChanged = await changeContacts(tx, updated);
  await keepOptOuts(tx, placed);
  await setRowsApplied(
    tx.db,
    list.id,
    placed.map(({ line, organisationId }) => ({ row: line.row_number, organisationId })),
    tx.clock.now(),
  );
  return {
    organisations_added: added,
    organisations_changed: changed,
    contacts_added: contactsAdded,
    contacts_changed: contactsChanged,
  };
}

/** An update means an organisation we had, or one that an earlier row of the same list has become. */
async function placeUpdates(
  tx: Ctx,
  importId: string,
  rows: readonly ImportLineRow[],
  made: readonly Placed[],
): Promise<Placed[]> {
  const updates = rows.filter(({ verdict }) => verdict === "update");
  const earlier = updates.flatMap(({ match }) =>
    match?.organisation_id === undefined ? [match?.row ?? 0] : [],
  );
  const becoming = await findRowOrganisations(tx.db, importId, earlier);
  for (const { line, organisationId } of made) becoming.set(line.row_number, organisationId);
  return updates.map((line): Placed => {
    const organisationId = line.match?.organisation_id ?? becoming.get(line.match?.row ?? 0);
    if (organisationId === undefined) throw new Error(`row ${line.row_number} has no organisation to update`);
    return { line, organisationId };
  });
}

function newContacts({ line, organisationId }: Placed): { organisationId: string; contact: ListedContact }[] {
  const news = line.diff?.contacts.filter(({ change }) => change === "new");
  const contacts = news
    ? line.contacts.filter((contact) => news.some((each) => isOf(each, contact)))
    : line.contacts;
  return contacts.map(({ opted_out: _optedOut, ...contact }) => ({ organisationId, contact }));
}

function isOf(entry: RowDiff["contacts"][number], contact: RowContact): boolean {
  return contact.email === undefined
    ? entry.email === undefined && entry.name === contact.name
    : entry.email === contact.email;
}

function after(fields: Record<string, Change>): Record<string, string | number> {
  return Object.fromEntries(Object.entries(fields).map(([field, { to }]) => [field, to]));
}

async function changeOrganisations(tx: Ctx, placed: readonly Placed[], source: string): Promise<number> {
  let changed = 0;
  for (const { line, organisationId } of placed) {
    const fields = line.diff?.organisation ?? {};
    if (Object.keys(fields).length === 0) continue;
    await changeListedOrganisation(
      tx,
      organisationId,
      { ...after(fields), ...newFigure(fields, line.organisation) },
      source,
    );
    changed += 1;
  }
  return changed;
}

/** A figure comes with its day even where only one of the two is another than before. */
function newFigure(fields: Record<string, Change>, listed: Partial<ListedOrganisation> | null) {
  if (!("active_satellites" in fields || "metrics_as_of" in fields) || !listed) return {};
  const { active_satellites, metrics_as_of, source } = listed;
  return {
    ...(active_satellites === undefined ? {} : { active_satellites }),
    ...(metrics_as_of === undefined ? {} : { metrics_as_of }),
    ...(source === undefined ? {} : { source }),
  };
}

async function changeContacts(tx: Ctx, placed: readonly Placed[]): Promise<number> {
  let changed = 0;
  for (const { line } of placed) {
    for (const { contact_id, fields } of line.diff?.contacts ?? []) {
      if (contact_id === undefined) continue;
      await changeListedContact(tx, contact_id, after(fields));
      changed += 1;
    }
  }
  return changed;
}

/** Somebody who asked another sender's list not to be written to is not written to by us either. */
async function keepOptOuts(tx: Ctx, placed: readonly Placed[]): Promise<void> {
  for (const { line, organisationId } of placed) {
    for (const { email, opted_out } of line.contacts) {
      if (email !== undefined && opted_out) {
        await suppress(tx, { email, reason: "unsubscribed", source: "imported list", organisationId });
      }
    }
  }
}
