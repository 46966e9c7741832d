import type { Db } from "../../platform/db.js";
import { jsonWithoutWord } from "../../platform/erasing.js";
import type { TaskKind } from "./task.js";

/** A task as kept. */
export interface TaskRow {
  id: string;
  kind: TaskKind;
  letter_id: string | null;
  organisation_id: string | null;
  contact_id: string | null;
  subject_id: string | null;
  detail: Record<string, unknown>;
  due_at: Date;
  created_at: Date;
  done_at: Date | null;
  done_by: string | null;
}

/** Adds tasks, 500 in a statement; those whose same thing is already open are left away. Returns the ids added. */
export async function insertTasks(db: Db, rows: readonly TaskRow[]): Promise<Set<string>> {
  const added = new Set<string>();
  const kept = rows.map((row) => ({ ...row, detail: JSON.stringify(row.detail) }));
  for (let start = 0; start < kept.length; start += 500) {
    const inserted = (await db("tasks")
      .insert(kept.slice(start, start + 500))
      .onConflict(db.raw("(kind, subject_id) where done_at is null and subject_id is not null"))
      .ignore()
      .returning("id")) as { id: string }[];
    for (const { id } of inserted) added.add(id);
  }
  return added;
}

/** A task by its id, held until the transaction ends. */
export async function lockTask(db: Db, id: string): Promise<TaskRow | undefined> {
  return db<TaskRow>("tasks").where({ id }).forUpdate().first();
}

/** Ticks a task off. */
export async function setTaskDone(db: Db, id: string, at: Date, by: string | null): Promise<void> {
  await db("tasks").where({ id }).update({ done_at: at, done_by: by });
}

/** Ticks off every open task of a kind about some things. */
export async function setTasksDone(
  db: Db,
  kind: TaskKind,
  subjectIds: readonly string[],
  at: Date,
  by: string | null,
): Promise<void> {
  await db("tasks")
    .where({ kind })
    .whereIn("subject_id", [...subjectIds])
    .whereNull("done_at")
    .update({ done_at: at, done_by: by });
}

/** Empties the details of tasks about a contact, and takes the person's words out of all others that name them. */
export async function wipeTaskDetails(
  db: Db,
  person: { contactId: string; words: readonly string[] },
): Promise<void> {
  await db("tasks").where({ contact_id: person.contactId }).update({ detail: "{}" });
  for (const word of person.words) {
    await db("tasks")
      .whereRaw("position(lower(?) in lower(detail::text)) > 0", [JSON.stringify(word).slice(1, -1)])
      .update({ detail: jsonWithoutWord(db, "detail", word) });
  }
}
