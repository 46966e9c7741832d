import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, invalid, notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { requirePermission, staffId } from "../team/service.js";
import { addDomainCommand } from "./domain-commands.js";
import { keepDomains } from "./domain-keeping-service.js";
import { listDomains, setDomainRetired, type DomainLine } from "./domain-store.js";
import { readOwnDomain } from "./organisation-domain.js";
import { getOrganisation } from "./service.js";

/** Sentences for each way in which a domain can be none of an organisation's. */
const REFUSALS = {
  no_domain: "errors.organisation.domain",
  public_suffix: "errors.organisation.domain_suffix",
  mail_provider: "errors.organisation.domain_provider",
} as const;

/**
 * A colleague says that a domain is the organisation's own. Throws invalid for what is no registrable domain or belongs
 * to a mail service, conflict when it stands already, not_found for an unknown organisation.
 */
export async function addDomain(ctx: Ctx, organisationId: string, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "organisations:write");
  const command = parse(addDomainCommand, input);
  const read = readOwnDomain(command.domain);
  if ("refusal" in read) throw invalid("form.invalid", { domain: REFUSALS[read.refusal] });
  await getOrganisation(ctx, organisationId);
  return transaction(ctx, async (tx) => {
    const row = { organisationId, domain: read.domain };
    const [id] = await keepDomains(tx, [row], "staff", command.note ?? "");
    if (!id) throw conflict("organisation.domain_known", { domain: "errors.organisation.domain_known" });
    await record(tx, { action: "domain.added", organisationId, detail: { domain: read.domain } });
    return { id };
  });
}

/** A colleague ends a domain: it counts for nothing confirmed from now on. Returns whose it was. Throws not_found. */
export async function retireDomain(ctx: Ctx, id: string): Promise<{ organisationId: string }> {
  requirePermission(ctx, "organisations:write");
  if (!isUuid(id)) throw notFound("organisation.domain_unknown");
  return transaction(ctx, async (tx) => {
    const row = await setDomainRetired(tx.db, { id }, tx.clock.now(), staffId(tx));
    if (!row) throw notFound("organisation.domain_unknown");
    const organisationId = row.organisation_id;
    await record(tx, { action: "domain.retired", organisationId, detail: { domain: row.domain } });
    return { organisationId };
  });
}

/** All domains that an organisation ever had, with who said so and when. */
export async function showDomains(ctx: Ctx, organisationId: string): Promise<DomainLine[]> {
  requirePermission(ctx, "organisations:read");
  return listDomains(ctx.db, organisationId);
}
