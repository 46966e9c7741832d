import type { Db } from "../../platform/db.js";
import type { Link, LinkPurpose } from "./link.js";

interface Row {
  id: string;
  purpose: LinkPurpose;
  subject_id: string;
  generation: number;
  token_hash: Buffer;
  created_at: Date;
  expires_at: Date | null;
  acted_at: Date | null;
  revoked_at: Date | null;
}

function toLink(row: Row): Link {
  return {
    id: row.id,
    purpose: row.purpose,
    subjectId: row.subject_id,
    generation: row.generation,
    expiresAt: row.expires_at,
    actedAt: row.acted_at,
    revokedAt: row.revoked_at,
  };
}

/** Adds links, each under the hash of its secret; 500 in a statement. */
export async function insertLinks(
  db: Db,
  links: readonly (Link & { tokenHash: Buffer })[],
  createdAt: Date,
): Promise<void> {
  const rows = links.map((link) => ({
    id: link.id,
    purpose: link.purpose,
    subject_id: link.subjectId,
    generation: link.generation,
    token_hash: link.tokenHash,
    created_at: createdAt,
    expires_at: link.expiresAt,
  }));
  for (let start = 0; start < rows.length; start += 500) {
    await db("links").insert(rows.slice(start, start + 500));
  }
}

/** The link with this hash and purpose. */
export async function findLinkByHash(
  db: Db,
  purpose: LinkPurpose,
  tokenHash: Buffer,
): Promise<Link | undefined> {
  const row = await db<Row>("links").where({ purpose, token_hash: tokenHash }).first();
  return row && toLink(row);
}

/** The same, holding the row until the transaction ends, so that two clicks act one after the other. */
export async function lockLinkByHash(
  db: Db,
  purpose: LinkPurpose,
  tokenHash: Buffer,
): Promise<Link | undefined> {
  const row = await db<Row>("links").where({ purpose, token_hash: tokenHash }).forUpdate().first();
  return row && toLink(row);
}

/** Links by their ids, in no order. */
export async function listLinks(db: Db, ids: readonly string[]): Promise<Link[]> {
  const rows = await db<Row>("links").whereIn("id", [...ids]);
  return rows.map(toLink);
}

/** The newest link of a purpose for a row that is neither revoked nor used. */
export async function findStandingLink(
  db: Db,
  purpose: LinkPurpose,
  subjectId: string,
): Promise<Link | undefined> {
  const row = await db<Row>("links")
    .where({ purpose, subject_id: subjectId })
    .whereNull("revoked_at")
    .orderBy("created_at", "desc")
    .first();
  return row && toLink(row);
}

/** Notes that a link has acted. */
export async function setLinkActed(db: Db, id: string, at: Date): Promise<void> {
  await db("links").where({ id }).update({ acted_at: at });
}

/** Ends every link of a purpose for a row. */
export async function setLinksRevoked(
  db: Db,
  purpose: LinkPurpose,
  subjectId: string,
  at: Date,
): Promise<void> {
  await db("links")
    .where({ purpose, subject_id: subjectId })
    .whereNull("revoked_at")
    .update({ revoked_at: at });
}

/** Deletes the links of a purpose that expired, acted or were revoked before a moment. Returns how many. */
export async function deleteLinksEnded(db: Db, purpose: LinkPurpose, before: Date): Promise<number> {
  return db("links")
    .where({ purpose })
    .whereRaw("least(expires_at, acted_at, revoked_at) < ?", [before])
    .delete();
}
