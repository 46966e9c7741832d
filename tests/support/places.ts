import type { TestApp } from "./app.js";

/** Every place in the database, of text, JSON, lists of texts or bytes, that holds a word in any case. */
export async function placesWith(app: TestApp, ...words: string[]): Promise<string[]> {
  const columns = await app.database.adminDb.raw<{ rows: { t: string; c: string; type: string }[] }>(
    `select c.table_name as t, c.column_name as c, c.data_type as type from information_schema.columns c
     join pg_class r on r.relname = c.table_name and r.relkind = 'r' and r.relnamespace = 'public'::regnamespace
     where c.table_schema = 'public'
       and c.data_type in ('text', 'jsonb', 'ARRAY', 'character', 'character varying', 'bytea')
     order by 1, 2`,
  );
  const places: string[] = [];
  for (const { t, c, type } of columns.rows) {
    const text = type === "bytea" ? "encode(??, 'escape')" : "??::text";
    const found = await app.database.adminDb.raw<{ rows: { n: number }[] }>(
      `select count(*)::int as n from ?? where lower(${text}) like any (?::text[])`,
      [t, c, words.map((word) => `%${word.toLowerCase()}%`)],
    );
    if ((found.rows[0]?.n ?? 0) > 0) places.push(`${t}.${c}`);
  }
  return places;
}
