import type { Db } from "../../platform/db.js";
import type { RejectionReason } from "./rejection-reason.js";

interface Row {
  code: string;
  needs_note: boolean;
  archived_at: Date | null;
  row_version: number;
  used: boolean;
  sentences: Record<string, string>;
}

/** All reasons in the order of choice, archived ones too. */
export async function listReasons(db: Db): Promise<RejectionReason[]> {
  const rows = (await db("rejection_reasons as r")
    .orderBy("r.position")
    .orderBy("r.code")
    .select("r.code", "r.needs_note", "r.archived_at", "r.row_version")
    .select(db.raw("exists (select from signatures s where s.rejection_code = r.code) as used"))
    .select(
      db.raw(
        "(select coalesce(jsonb_object_agg(t.language, t.sentence), '{}') from rejection_reason_texts t where t.reason_code = r.code) as sentences",
      ),
    )) as Row[];
  return rows.map((row) => ({
    code: row.code,
    needsNote: row.needs_note,
    archived: row.archived_at !== null,
    sentences: row.sentences,
    used: row.used,
    rowVersion: row.row_version,
  }));
}

/** Adds a reason after all others but the last; false when the code is taken. */
export async function insertReason(db: Db, code: string, needsNote: boolean): Promise<boolean> {
  const added = await db("rejection_reasons")
    .insert({
      code,
      needs_note: needsNote,
      position: db.raw("(select coalesce(max(position), 0) + 1 from rejection_reasons where position < 99)"),
    })
    .onConflict("code")
    .ignore()
    .returning("code");
  return added.length > 0;
}

/** Changes a reason; false for a stale row_version. */
export async function updateReason(
  db: Db,
  code: string,
  rowVersion: number,
  change: { needs_note?: boolean; archived_at?: Date | null },
): Promise<boolean> {
  const changed = await db("rejection_reasons")
    .where({ code, row_version: rowVersion })
    .update({ ...change, row_version: db.raw("row_version + 1") });
  return changed > 0;
}

/** Sets the sentences of a reason, language by language. */
export async function putSentences(
  db: Db,
  code: string,
  sentences: Readonly<Record<string, string>>,
): Promise<void> {
  const rows = Object.entries(sentences).map(([language, sentence]) => ({
    reason_code: code,
    language,
    sentence,
  }));
  if (rows.length === 0) return;
  await db("rejection_reason_texts").insert(rows).onConflict(["reason_code", "language"]).merge(["sentence"]);
}
