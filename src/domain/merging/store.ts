import type { Db } from "../../platform/db.js";

/** What moved in a merge: ids by what they are, and what ended because of it. */
export interface Moved {
  contacts: string[];
  invitations: string[];
  signatures: string[];
  signatures_ended: string[];
  declines: string[];
  declines_ended: string[];
  tasks: string[];
  messages: string[];
  inbound_mails: string[];
  enrolments: string[];
  names: string[];
  /** Not there in merges from before figures had a home. */
  figures?: string[];
  children: string[];
  parent_id: string | null;
}

/** A merge as kept. */
export interface MergeRow {
  id: string;
  kept_id: string;
  merged_id: string;
  moved: Moved;
  merged_at: Date;
  merged_by: string | null;
  undone_at: Date | null;
  undone_by: string | null;
}

/** Keeps a merge. */
export async function insertMerge(db: Db, row: MergeRow): Promise<void> {
  await db("organisation_merges").insert({ ...row, moved: JSON.stringify(row.moved) });
}

/** Writes down what moved, once it has. */
export async function setMoved(db: Db, id: string, moved: Moved): Promise<void> {
  await db("organisation_merges")
    .where({ id })
    .update({ moved: JSON.stringify(moved) });
}

/** A merge, held until the transaction ends. */
export async function lockMerge(db: Db, id: string): Promise<MergeRow | undefined> {
  return db<MergeRow>("organisation_merges").where({ id }).forUpdate().first();
}

/** Says that a merge was undone. */
export async function setUndone(db: Db, id: string, at: Date, by: string | null): Promise<void> {
  await db("organisation_merges").where({ id }).update({ undone_at: at, undone_by: by });
}
