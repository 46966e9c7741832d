import type { Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import { staffId } from "../team/service.js";
import { insertDomains, listStandingDomains, setDomainRetired } from "./domain-store.js";
import { readOwnDomain, type ConfirmedDomain, type DomainSource } from "./organisation-domain.js";

/** The domains that count for an organisation. For use cases of other concepts; asks for no permission. */
export async function confirmedDomains(ctx: Ctx, organisationId: string): Promise<ConfirmedDomain[]> {
  const rows = await listStandingDomains(ctx.db, organisationId);
  return rows.map((row) => ({
    domain: row.domain,
    confirmedAt: row.confirmed_at,
    retiredAt: row.retired_at,
  }));
}

/**
 * Keeps the domains that come with organisations from a form or a list; what is no organisation's own (a mail service,
 * a bare suffix) is left out. Returns the ids of those that are new.
 */
export async function noteDomains(
  tx: Ctx,
  listed: readonly { organisationId: string; domain: string | null | undefined }[],
  source: DomainSource,
  note: string,
): Promise<string[]> {
  const own = listed.flatMap(({ organisationId, domain }) => {
    const read = domain ? readOwnDomain(domain) : undefined;
    return read && "domain" in read ? [{ organisationId, domain: read.domain }] : [];
  });
  return keepDomains(tx, own, source, note);
}

/** An edited domain takes the place of the one before. */
export async function replaceDomain(
  tx: Ctx,
  organisationId: string,
  before: string | null,
  after: string | null,
): Promise<void> {
  const old = before ? readOwnDomain(before) : undefined;
  if (old && "domain" in old) {
    const where = { organisation_id: organisationId, domain: old.domain };
    await setDomainRetired(tx.db, where, tx.clock.now(), staffId(tx));
  }
  await noteDomains(tx, [{ organisationId, domain: after }], "staff", "");
}

/** Keeps domains that were found to be own ones, each once. Returns the ids of those that are new. */
export async function keepDomains(
  tx: Ctx,
  rows: readonly { organisationId: string; domain: string }[],
  source: DomainSource,
  note: string,
): Promise<string[]> {
  const at = tx.clock.now();
  const once = new Map(rows.map((row) => [`${row.organisationId} ${row.domain}`, row]));
  return insertDomains(
    tx.db,
    [...once.values()].map(({ organisationId, domain }) => ({
      id: newId(tx.clock),
      organisation_id: organisationId,
      domain,
      source,
      note,
      confirmed_at: at,
      confirmed_by: staffId(tx),
      retired_at: null,
      retired_by: null,
    })),
  );
}
