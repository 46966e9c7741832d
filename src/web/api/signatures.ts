import { z } from "zod";
import { despiteClaim } from "../../domain/review/commands.js";
import { moveEntry } from "../../domain/review/deciding-service.js";
import { CONDITION_CLASSES } from "../../domain/signatures/condition.js";
import { signatureQuery, transitionSignatureCommand } from "../../domain/signatures/commands.js";
import { SIGNATURE_STATES } from "../../domain/signatures/signature.js";
import { listSignatures, signatureDetail, type SignatureLine } from "../../domain/signatures/views.js";
import { STATEMENT_KINDS, STATEMENT_STATES } from "../../domain/statements/statement.js";
import { statementsOf, type StatementLine } from "../../domain/statements/views.js";
import { notFound } from "../../platform/errors.js";
import { apiRoute, listOf, time, type ApiRoute } from "./frame.js";

const signature = z
  .object({
    id: z.uuid(),
    letter: z.string(),
    organisation_id: z.uuid().nullable(),
    organisation: z.string(),
    display_name: z.string(),
    country: z.string(),
    sector: z.string(),
    kind: z.enum(["signature", "pledge"]),
    visibility: z.enum(["public", "confidential"]),
    state: z.enum(SIGNATURE_STATES),
    scope: z.enum(["entity", "group"]),
    signatory_name: z.string(),
    signatory_title: z.string(),
    signatory_email: z.string(),
    contact_name: z.string().nullable(),
    contact_email: z.string().nullable(),
    quote: z.string().nullable(),
    quote_approved: z.boolean(),
    reservation_clause: z.int().nullable(),
    reservation: z.string().nullable(),
    help_offered: z.string().nullable(),
    condition_count: z.int().nullable(),
    condition_class: z.enum(CONDITION_CLASSES).nullable(),
    condition_deadline: z.string().nullable(),
    checks: z.array(z.string()),
    caveats: z.array(z.string()),
    reason_code: z.string().nullable(),
    language: z.string(),
    invited: z.boolean(),
    submitted_at: time(),
    confirmed_at: time().nullable(),
    accepted_at: time().nullable(),
    published_at: time().nullable(),
    withdrawn_at: time().nullable(),
    row_version: z.int(),
  })
  .meta({
    id: "Signature",
    description: "An organisation's act of signing, with its state and what was checked.",
  });

function show(line: SignatureLine): z.input<typeof signature> {
  return {
    ...line,
    letter: line.letterSlug,
    organisation: line.organisationName,
    condition_deadline: line.condition_deadline === null ? null : String(line.condition_deadline),
    checks: line.evidence.checks,
    caveats: line.evidence.caveats,
    reason_code: line.rejection_code,
    invited: line.invitation_id !== null,
  };
}

const statement = z
  .object({
    id: z.uuid(),
    kind: z.enum(STATEMENT_KINDS),
    clause: z.int().nullable(),
    body: z.string().nullable(),
    language: z.string(),
    state: z.enum(STATEMENT_STATES),
    note: z.string().nullable(),
    terms_version: z.int().nullable(),
    terms_agreed_at: time().nullable(),
    submitted_at: time(),
    decided_at: time().nullable(),
    ended_at: time().nullable(),
    row_version: z.int(),
  })
  .meta({
    id: "Statement",
    description: "A quote, reservation, logo or name of a signatory, with its decision.",
  });

const detail = signature
  .extend({ statements: z.array(statement) })
  .meta({ id: "SignatureDetail", description: "A signature with everything that was said beside it." });

function showStatement(line: StatementLine): z.input<typeof statement> {
  return {
    ...line,
    terms_version: line.termsVersion,
    terms_agreed_at: line.termsAgreedAt,
    submitted_at: line.submittedAt,
    decided_at: line.decidedAt,
    ended_at: line.endedAt,
    row_version: line.rowVersion,
  };
}

const params = z.object({ id: z.uuid() });

/** Signatures by script: list, look, decide. */
export const signatureApi: ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/signatures",
    tag: "signatures",
    summary: "List signatures, newest first",
    permission: "signatures:read",
    query: signatureQuery,
    answer: listOf(signature),
    handler: async (ctx, { query }) => {
      const { organisation_id, ...rest } = query;
      const { items, next } = await listSignatures(ctx, { ...rest, organisationId: organisation_id });
      return { items: items.map(show), next };
    },
  }),
  apiRoute({
    method: "get",
    path: "/signatures/{id}",
    tag: "signatures",
    summary: "Look at a signature",
    permission: "signatures:read",
    params,
    answer: detail,
    handler: async (ctx, input) => {
      const line = await signatureDetail(ctx, input.params.id);
      if (!line) throw notFound("signatures.unknown");
      return { ...show(line), statements: (await statementsOf(ctx, line.id)).map(showStatement) };
    },
  }),
  apiRoute({
    method: "post",
    path: "/signatures/{id}/transitions",
    tag: "signatures",
    summary: "Decide on a signature",
    description:
      "`accepted` goes on by itself: onto the page, held until launch, standing as a pledge, or counted in confidence. `rejected` needs a `reason_code`, and some reasons a `note`. 409 while somebody else has taken the entry, unless `despite_claim` is said.",
    permission: "signatures:review",
    params,
    body: transitionSignatureCommand.extend(despiteClaim.shape),
    answer: z.object({ state: z.enum(SIGNATURE_STATES) }),
    handler: (ctx, { params: { id }, given }) => moveEntry(ctx, id, given),
  }),
];
