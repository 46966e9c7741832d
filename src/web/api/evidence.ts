import { z } from "zod";
import { requirementsCommand } from "../../domain/letters/requirement-commands.js";
import { requireChecks, requirementsOf } from "../../domain/letters/requirement-service.js";
import { showLetter } from "../../domain/letters/service.js";
import { addDomainCommand } from "../../domain/organisations/domain-commands.js";
import { addDomain, retireDomain, showDomains } from "../../domain/organisations/domain-service.js";
import { DOMAIN_SOURCES } from "../../domain/organisations/organisation-domain.js";
import { EVIDENCE_KINDS, REQUIRABLE_CHECKS } from "../../domain/signatures/evidence.js";
import { evidenceStanding, showEvidence } from "../../domain/signatures/evidence-service.js";
import { slug } from "../../platform/schema.js";
import { apiRoute, listOf, time, type ApiRoute } from "./frame.js";

const check = z.enum(REQUIRABLE_CHECKS);
const byId = z.object({ id: z.uuid() });
const bySlug = z.object({ slug: slug() });

const evidence = z
  .object({
    met: z.array(check),
    missing: z.array(check),
    found: z.array(z.object({ kind: z.enum(EVIDENCE_KINDS), source: z.string(), at: time() })),
  })
  .meta({
    id: "Evidence",
    description: "What was checked about a signature, and what its letter still asks for.",
  });

const requirements = z.object({ required_checks: z.array(check), two_officers: z.boolean() }).meta({
  id: "Requirements",
  description: "The least evidence a letter asks for before an entry is published.",
});

const domain = z
  .object({
    id: z.uuid(),
    domain: z.string(),
    source: z.enum(DOMAIN_SOURCES),
    note: z.string(),
    confirmed_at: time(),
    retired_at: time().nullable(),
  })
  .meta({ id: "OrganisationDomain", description: "A domain that counts as an organisation's own." });

async function present(ctx: Parameters<typeof requirementsOf>[0], letter: string) {
  const { letter: row } = await showLetter(ctx, letter);
  const { requiredChecks, twoOfficers } = await requirementsOf(ctx, row.id);
  return { required_checks: [...requiredChecks] as z.output<typeof check>[], two_officers: twoOfficers };
}

/** Evidence, what letters ask for, and domains, by script. Checks by people are not made by scripts. */
export const evidenceApi: ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/signatures/{id}/evidence",
    tag: "signatures",
    summary: "What was checked about a signature",
    permission: "signatures:read",
    params: byId,
    answer: evidence,
    handler: async (ctx, { params: { id } }) => {
      const { signature, rows } = await showEvidence(ctx, id);
      const found = rows.map(({ kind, source, at }) => ({ kind, source, at }));
      return { ...(await evidenceStanding(ctx, signature)), found };
    },
  }),
  apiRoute({
    method: "get",
    path: "/letters/{slug}/requirements",
    tag: "letters",
    summary: "The least evidence a letter asks for",
    permission: "letters:read",
    params: bySlug,
    answer: requirements,
    handler: (ctx, { params }) => present(ctx, params.slug),
  }),
  apiRoute({
    method: "patch",
    path: "/letters/{slug}/requirements",
    tag: "letters",
    summary: "Set the least evidence a letter asks for",
    permission: "letters:publish",
    params: bySlug,
    body: requirementsCommand,
    answer: z.object({ slug: z.string() }),
    handler: async (ctx, { params, given }) => {
      await requireChecks(ctx, params.slug, given);
      return { slug: params.slug };
    },
  }),
  apiRoute({
    method: "get",
    path: "/organisations/{id}/domains",
    tag: "organisations",
    summary: "The domains that an organisation has or had",
    permission: "organisations:read",
    params: byId,
    answer: listOf(domain),
    handler: async (ctx, { params: { id } }) => ({ items: await showDomains(ctx, id), next: null }),
  }),
  apiRoute({
    method: "post",
    path: "/organisations/{id}/domains",
    tag: "organisations",
    summary: "Confirm a domain as an organisation's own",
    permission: "organisations:write",
    params: byId,
    body: addDomainCommand,
    answer: byId,
    status: 201,
    handler: (ctx, { params: { id }, given }) => addDomain(ctx, id, given),
  }),
  apiRoute({
    method: "post",
    path: "/domains/{id}/retire",
    tag: "organisations",
    summary: "End a domain",
    permission: "organisations:write",
    params: byId,
    answer: z.object({ organisation_id: z.uuid() }),
    handler: async (ctx, { params: { id } }) => ({
      organisation_id: (await retireDomain(ctx, id)).organisationId,
    }),
  }),
];
