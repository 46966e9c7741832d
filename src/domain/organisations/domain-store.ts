import type { Db } from "../../platform/db.js";
import type { DomainSource } from "./organisation-domain.js";

/** A confirmed domain as kept. */
export interface DomainRow {
  id: string;
  organisation_id: string;
  domain: string;
  source: DomainSource;
  /** Where it was seen: the name of a list, a register, a letterhead. */
  note: string;
  confirmed_at: Date;
  confirmed_by: string | null;
  retired_at: Date | null;
  retired_by: string | null;
}

/** A confirmed domain with the names of those who added and retired it. */
export interface DomainLine extends DomainRow {
  confirmed_by_name: string | null;
  retired_by_name: string | null;
}

/** Adds domains; one that stands already is left as it is. Returns the ids that are new. */
export async function insertDomains(db: Db, rows: readonly DomainRow[]): Promise<string[]> {
  if (rows.length === 0) return [];
  return db("organisation_domains")
    .insert([...rows])
    .onConflict(db.raw("(organisation_id, domain) where retired_at is null"))
    .ignore()
    .returning("id")
    .then((added: { id: string }[]) => added.map(({ id }) => id));
}

/** The domains of an organisation that stand. */
export async function listStandingDomains(db: Db, organisationId: string): Promise<DomainRow[]> {
  return db<DomainRow>("organisation_domains")
    .where({ organisation_id: organisationId })
    .whereNull("retired_at")
    .orderBy("domain");
}

/** All domains that an organisation ever had, those that stand first. */
export async function listDomains(db: Db, organisationId: string): Promise<DomainLine[]> {
  return (await db("organisation_domains as d")
    .leftJoin("staff as c", "c.id", "d.confirmed_by")
    .leftJoin("staff as r", "r.id", "d.retired_by")
    .where("d.organisation_id", organisationId)
    .orderByRaw("d.retired_at desc nulls first, d.domain")
    .select("d.*", "c.name as confirmed_by_name", "r.name as retired_by_name")) as DomainLine[];
}

/** Ends a domain that stands. Returns it, or undefined when there is none. */
export async function setDomainRetired(
  db: Db,
  where: { id: string } | { organisation_id: string; domain: string },
  at: Date,
  by: string | null,
): Promise<DomainRow | undefined> {
  const rows = (await db("organisation_domains")
    .where(where)
    .whereNull("retired_at")
    .update({ retired_at: at, retired_by: by })
    .returning("*")) as DomainRow[];
  return rows[0];
}
