import type { Ctx } from "../../platform/context.js";
import { isUuid } from "../../platform/ids.js";
import type { Page } from "../../platform/schema.js";
import { NEWEST_SATELLITES } from "./figure-store.js";
import type { ContactRow, OrganisationRow } from "./store.js";

/** An organisation in a list. */
export interface OrganisationLine extends OrganisationRow {
  contacts: number;
}

/** A contact in a list, with its organisation. */
export interface ContactLine extends ContactRow {
  organisation_name: string;
  country: string | null;
  sector: string;
  /** Whether the address is never written to again, for any letter. */
  suppressed: boolean;
}

/** What organisations to list. */
export interface OrganisationFilter {
  q?: string | undefined;
  sector?: string | undefined;
  country?: string | undefined;
}

/** What contacts to list. */
export interface ContactFilter extends OrganisationFilter {
  organisation_id?: string | undefined;
  status?: string | undefined;
}

interface Paging {
  cursor?: string | undefined;
  limit: number;
}

/** A text as a pattern for ILIKE that finds it anywhere. */
function anywhere(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`;
}

/** What a filter asks of an organisation `o`, as a condition and its values. */
function conditionOf({ q, sector, country }: OrganisationFilter): [string, string[]] {
  const parts: [string, string[]][] = [["o.merged_into_id is null", []]];
  if (sector) parts.push(["o.sector = ?", [sector]]);
  if (country) parts.push(["o.country = ?", [country]]);
  if (q)
    parts.push([
      `(o.name ilike ? or o.legal_name ilike ? or o.domain ilike ?
        or o.id in (select organisation_id from organisation_names where name ilike ?))`,
      [1, 2, 3, 4].map(() => anywhere(q)),
    ]);
  return [parts.map(([sql]) => sql).join(" and "), parts.flatMap(([, values]) => values)];
}

/** How well a name fits what was searched: 0 the name itself, 1 begins with it, 2 holds it, 3 found elsewhere. */
function fitOf(q: string | undefined): [string, string[]] {
  if (!q) return ["0", []];
  const start = anywhere(q).slice(1);
  return [
    "case when lower(o.name) = lower(?) then 0 when o.name ilike ? then 1 when o.name ilike ? then 2 else 3 end",
    [q, start, anywhere(q)],
  ];
}

/** Organisations by name (what fits a search best comes first), a page at a time. The caller checks who may see them. */
export async function listOrganisations(
  ctx: Ctx,
  filter: OrganisationFilter & Paging,
): Promise<Page<OrganisationLine>> {
  const contacts = ctx
    .db("contacts as c")
    .whereRaw("c.organisation_id = o.id and c.erased_at is null")
    .count()
    .as("contacts");
  const [fit, values] = fitOf(filter.q);
  const query = ctx
    .db("organisations as o")
    .select("o.*", contacts, ctx.db.raw(NEWEST_SATELLITES))
    .select(ctx.db.raw(`${fit} as fit, lower(o.name) as lower_name`, values))
    .orderByRaw(`${filter.q ? "fit, " : ""}lower(o.name), o.id`)
    .limit(filter.limit + 1)
    .whereRaw(...conditionOf(filter));
  const start = readCursor(filter.cursor);
  if (start && filter.q)
    void query.whereRaw(`(${fit}, lower(o.name), o.id) > (?, ?, ?::uuid)`, [...values, ...start]);
  else if (start) void query.whereRaw("(lower(o.name), o.id) > (?, ?::uuid)", start.slice(1));
  const rows = (await query) as (OrganisationLine & { fit: number; lower_name: string })[];
  return pageOf(rows, filter.limit, (line) => [line.fit, line.lower_name, line.id]);
}

/** How many organisations a filter finds. */
export async function countOrganisations(ctx: Ctx, filter: OrganisationFilter): Promise<number> {
  const query = ctx.db("organisations as o").count<{ count: number }[]>();
  void query.whereRaw(...conditionOf(filter));
  return (await query)[0]?.count ?? 0;
}

/** Contacts in the order they came, a page at a time. The caller checks who may see them. */
export async function listContacts(ctx: Ctx, filter: ContactFilter & Paging): Promise<Page<ContactLine>> {
  const query = contactLines(ctx)
    .orderBy("c.id")
    .limit(filter.limit + 1);
  const { q, sector, country, organisation_id, status } = filter;
  void query.whereRaw(...conditionOf({ sector, country }));
  if (organisation_id) void query.where("c.organisation_id", organisation_id);
  if (status) void query.where("c.status", status);
  if (q) {
    const pattern = anywhere(q);
    void query.whereRaw("(c.name ilike ? or c.email ilike ? or o.name ilike ?)", [pattern, pattern, pattern]);
  }
  void query.whereNull("c.erased_at");
  const start = readCursor(filter.cursor);
  if (start) void query.whereRaw("c.id > ?::uuid", [start[2]]);
  return pageOf((await query) as ContactLine[], filter.limit, (line) => [0, "", line.id]);
}

/** One contact with its organisation, or nothing. */
export async function findContactLine(ctx: Ctx, id: string): Promise<ContactLine | undefined> {
  return (await contactLines(ctx).where("c.id", id).whereNull("c.erased_at").first()) as
    ContactLine | undefined;
}

function contactLines(ctx: Ctx) {
  return ctx
    .db("contacts as c")
    .join("organisations as o", "o.id", "c.organisation_id")
    .select(
      "c.*",
      "o.name as organisation_name",
      "o.country",
      "o.sector",
      ctx.db.raw(
        `exists (select 1 from suppressions s where s.address_hash = c.address_hash and s.letter_id is null) as suppressed`,
      ),
    );
}

type Place = [number, string, string];

function pageOf<T>(rows: readonly T[], limit: number, placeOf: (row: T) => Place): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, next: more ? Buffer.from(JSON.stringify(placeOf(last))).toString("base64url") : null };
}

/** Where a page starts; a cursor that is none of ours starts at the beginning. */
function readCursor(cursor: string | undefined): Place | undefined {
  if (!cursor) return undefined;
  try {
    const [fit, name, id] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as unknown[];
    const known = Number.isInteger(fit) && typeof name === "string" && typeof id === "string" && isUuid(id);
    return known ? [fit as number, name, id] : undefined;
  } catch {
    return undefined;
  }
}
