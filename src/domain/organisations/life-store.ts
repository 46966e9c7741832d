import type { Db } from "../../platform/db.js";

/** A name an organisation had before. */
export interface FormerNameRow {
  id: string;
  organisation_id: string;
  name: string;
  name_key: string;
  merge_id: string | null;
  ended_at: Date;
  /** A name it bore, or one by which it is known besides; `former` unless given. */
  kind?: "former" | "alias";
  /** Why the name changed. */
  reason?: string | null;
}

/** Keeps a name that an organisation does not bear any more. */
export async function insertFormerName(db: Db, row: FormerNameRow): Promise<void> {
  await db<FormerNameRow>("organisation_names").insert(row);
}

/** Says of the newest former name of this wording when and why it ended. */
export async function explainLatestName(
  db: Db,
  organisationId: string,
  { name, reason, ended_at }: { name: string; reason: string | null; ended_at: Date },
): Promise<void> {
  await db.raw(
    `update organisation_names set reason = :reason, ended_at = :ended_at
      where id = (select id from organisation_names
        where organisation_id = :organisationId and name = :name and kind = 'former' order by id desc limit 1)`,
    { organisationId, name, reason, ended_at },
  );
}

/** Takes an alias of an organisation away; says whether there was one. */
export async function deleteAlias(db: Db, organisationId: string, id: string): Promise<boolean> {
  return (
    (await db("organisation_names").where({ id, organisation_id: organisationId, kind: "alias" }).delete()) >
    0
  );
}

/** The former names of an organisation, latest first. */
export async function listFormerNames(db: Db, organisationId: string): Promise<FormerNameRow[]> {
  return db<FormerNameRow>("organisation_names")
    .where({ organisation_id: organisationId })
    .orderBy("ended_at", "desc");
}

/** Gives the former names of one organisation to another; returns their ids. */
export async function giveNames(db: Db, from: string, to: string): Promise<string[]> {
  const rows = await db<FormerNameRow>("organisation_names")
    .where({ organisation_id: from })
    .update({ organisation_id: to })
    .returning("id");
  return rows.map(({ id }) => id);
}

/** Gives these former names back, and forgets the name that a merge had made. */
export async function giveBackNames(
  db: Db,
  mergeId: string,
  ids: readonly string[],
  to: string,
): Promise<void> {
  await db("organisation_names").where({ merge_id: mergeId }).delete();
  await db("organisation_names")
    .whereIn("id", [...ids])
    .update({ organisation_id: to });
}

/** Says of an organisation what it was merged into, or that it stands by itself again. */
export async function setMergedInto(db: Db, id: string, into: string | null, at: Date): Promise<void> {
  await db("organisations")
    .where({ id })
    .update({ merged_into_id: into, updated_at: at, row_version: db.raw("row_version + 1") });
}

/** The ids of the direct children of an organisation. */
export async function listChildIds(db: Db, parentId: string): Promise<string[]> {
  return db("organisations").where({ parent_id: parentId }).pluck("id");
}

/** Puts organisations under a parent, or under none, and gives all that is below them the new group, in one statement. */
export async function setParent(db: Db, ids: readonly string[], parentId: string | null): Promise<void> {
  if (ids.length === 0) return;
  await db.raw(
    `with recursive moved (id, root) as (
       select o.id, coalesce(p.group_root_id, p.id) from organisations o left join organisations p on p.id = :parentId
        where o.id = any(:ids::uuid[])
       union all
       select o.id, coalesce(m.root, m.id) from organisations o join moved m on o.parent_id = m.id
     )
     update organisations o set
       parent_id = case when o.id = any(:ids::uuid[]) then :parentId else o.parent_id end,
       group_root_id = m.root,
       row_version = row_version + 1
     from moved m where m.id = o.id`,
    { ids: [...ids], parentId },
  );
}
