import type { Ctx } from "../../platform/context.js";

/** One value of an exported row. */
export type Cell = string | number | Date | null;

/** Some rows of an export; `last` is where the next batch begins, undefined at the end. */
export interface Batch {
  rows: Cell[][];
  last: string | undefined;
}

const BATCH = 1000;

/** Published and withdrawn public signatures, in the order in which they were made. */
export async function signatoryBatch(ctx: Ctx, letterId?: string, after?: string): Promise<Batch> {
  const query = ctx
    .db("signatures as s")
    .join("letters as l", "l.id", "s.letter_id")
    .whereIn("s.state", ["published", "withdrawn"])
    .where({ "s.visibility": "public", "s.kind": "signature" })
    .orderBy("s.id")
    .limit(BATCH);
  if (letterId) void query.where("s.letter_id", letterId);
  if (after) void query.where("s.id", ">", after);
  const rows = await query.select<Record<string, Cell>[]>(
    "s.id as row_id",
    "l.slug",
    "s.display_name",
    "s.country",
    "s.sector",
    ctx.db.raw("to_char(s.published_at at time zone 'UTC', 'YYYY-MM-DD') as signed_on"),
    ctx.db.raw("to_char(s.withdrawn_at at time zone 'UTC', 'YYYY-MM-DD') as withdrew_on"),
    ctx.db.raw(
      "(select q.body from signature_statements q where q.signature_id = s.id and q.kind = 'quote' and q.state = 'approved') as quote",
    ),
  );
  return toBatch(rows, ["slug", "display_name", "country", "sector", "signed_on", "withdrew_on", "quote"]);
}

/** All organisations with the addresses of their active contacts; with a letter, those it was answered by or written to. */
export async function organisationBatch(ctx: Ctx, letterId?: string, after?: string): Promise<Batch> {
  const query = ctx
    .db("organisations as o")
    .joinRaw(
      `left join lateral (
         select string_agg(c.email, '; ' order by c.email) as emails
         from contacts c where c.organisation_id = o.id and c.status = 'active'
       ) people on true`,
    )
    .orderBy("o.id")
    .limit(BATCH);
  if (letterId) {
    void query.whereRaw(
      `(exists (select 1 from messages m where m.organisation_id = o.id and m.letter_id = ?)
       or exists (select 1 from signatures s where s.organisation_id = o.id and s.letter_id = ?)
       or exists (select 1 from declines d where d.organisation_id = o.id and d.letter_id = ?))`,
      [letterId, letterId, letterId],
    );
  }
  if (after) void query.where("o.id", ">", after);
  const columns = ["name", "legal_name", "country", "sector", "website", "active_satellites", "source"];
  const rows = await query.select<Record<string, Cell>[]>(
    "o.id as row_id",
    ...columns.filter((column) => column !== "active_satellites").map((column) => `o.${column}`),
    ctx.db.raw(
      `(select m.value::int from organisation_metrics m
         where m.organisation_id = o.id and m.metric = 'active_satellites' and m.ended_at is null
         order by m.as_of desc, m.recorded_at desc, m.id desc limit 1) as active_satellites`,
    ),
    "o.external_id",
    "people.emails",
  );
  return toBatch(rows, ["row_id", ...columns, "external_id", "emails"]);
}

/** Declines that stand. */
export async function declineBatch(ctx: Ctx, letterId?: string, after?: string): Promise<Batch> {
  const query = ctx
    .db("declines as d")
    .join("letters as l", "l.id", "d.letter_id")
    .join("organisations as o", "o.id", "d.organisation_id")
    .whereNull("d.superseded_at")
    .orderBy("d.id")
    .limit(BATCH);
  if (letterId) void query.where("d.letter_id", letterId);
  if (after) void query.where("d.id", ">", after);
  const rows = await query.select<Record<string, Cell>[]>(
    "d.id as row_id",
    "l.slug",
    "o.name",
    "o.country",
    "o.sector",
    "d.reason_code",
    ctx.db.raw("array_to_string(d.contributing, ' ') as contributing"),
    "d.source",
    "d.said_by",
    "d.comment",
    ctx.db.raw("to_char(d.revisit_on, 'YYYY-MM-DD') as revisit_on"),
    "d.next_ask",
    "d.decided_at",
  );
  return toBatch(rows, [
    "slug",
    "name",
    "country",
    "sector",
    "reason_code",
    "contributing",
    "source",
    "said_by",
    "comment",
    "revisit_on",
    "next_ask",
    "decided_at",
  ]);
}

function toBatch(rows: Record<string, Cell>[], columns: readonly string[]): Batch {
  const last = rows.length < BATCH ? undefined : rows.at(-1)?.["row_id"];
  return {
    rows: rows.map((row) => columns.map((column) => row[column] ?? null)),
    last: last as string | undefined,
  };
}
