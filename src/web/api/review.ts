import { z } from "zod";
import { bulkActCommand, bulkCommand, bulkFilter } from "../../domain/review/bulk-commands.js";
import {
  approveBulk,
  browseBulks,
  cancelBulk,
  countBulk,
  removeBulk,
  saveBulk,
  showBulk,
  startBulk,
  undoBulk,
} from "../../domain/review/bulk-service.js";
import type { BulkLine } from "../../domain/review/bulk-views.js";
import { BULK_STATES } from "../../domain/review/bulk.js";
import { claimEntry, releaseEntry } from "../../domain/review/claim-service.js";
import { askCommand, claimCommand, reopenCommand } from "../../domain/review/commands.js";
import { reopenEntry, takeEntryInstead } from "../../domain/review/deciding-service.js";
import { askForInformation } from "../../domain/review/information-service.js";
import { SCREENING_KINDS, SCREENING_VERDICTS } from "../../domain/review/screening.js";
import { screeningCommand } from "../../domain/review/screening-commands.js";
import {
  addScreeningRule,
  removeScreeningRule,
  screeningRules,
} from "../../domain/review/screening-service.js";
import { addReasonCommand, changeReasonCommand } from "../../domain/signatures/reason-commands.js";
import {
  addRejectionReason,
  changeRejectionReason,
  rejectionReasons,
} from "../../domain/signatures/reason-service.js";
import { SIGNATURE_STATES } from "../../domain/signatures/signature.js";
import { apiRoute, listOf, made, time, type ApiRoute } from "./frame.js";

const params = z.object({ id: z.uuid() });
const state = z.object({ state: z.enum(SIGNATURE_STATES) });

const bulk = z
  .object({
    id: z.uuid(),
    summary: z.string(),
    state: z.enum(BULK_STATES),
    tell_signatories: z.boolean(),
    filter: z.record(z.string(), z.unknown()),
    items: z.int(),
    invalidated: z.int(),
    rejected: z.int(),
    discarded: z.int(),
    skipped: z.int(),
    restored: z.int(),
    left: z.int(),
    created_at: time(),
    started_at: time().nullable(),
    finished_at: time().nullable(),
    row_version: z.int(),
  })
  .meta({ id: "BulkInvalidation", description: "Many entries taken off at once, with how far it is." });

function showLine(line: BulkLine): z.input<typeof bulk> {
  return { ...line, filter: { ...line.filter } };
}

const count = z
  .object({
    total: z.int(),
    by_state: z.array(z.object({ state: z.string(), count: z.int() })),
    sample: z.array(
      z.object({ id: z.uuid(), display_name: z.string(), letter: z.string(), state: z.string() }),
    ),
  })
  .meta({
    id: "BulkCount",
    description: "What a bulk invalidation would take off; nothing is done by counting.",
  });

const reason = z
  .object({
    code: z.string(),
    sentences: z.record(z.string(), z.string()),
    needs_note: z.boolean(),
    archived: z.boolean(),
    used: z.boolean(),
    row_version: z.int(),
  })
  .meta({
    id: "RejectionReason",
    description: "Why a signature may be rejected; a code that was used stays.",
  });

const rule = z
  .object({
    id: z.uuid(),
    verdict: z.enum(SCREENING_VERDICTS),
    kind: z.enum(SCREENING_KINDS),
    pattern: z.string(),
    note: z.string(),
    created_at: time(),
  })
  .meta({ id: "ScreeningRule", description: "Whom to trust, and whom a reviewer should look at twice." });

const ACTS = { start: startBulk, approve: approveBulk, cancel: cancelBulk, undo: undoBulk };

const claimApi: readonly ApiRoute[] = [
  apiRoute({
    method: "post",
    path: "/signatures/{id}/claim",
    tag: "signatures",
    summary: "Take an entry for half an hour",
    description: "409 while somebody else has it, unless `over` is said. A decision ends the claim.",
    permission: "signatures:review",
    params,
    body: claimCommand,
    handler: (ctx, { params: { id }, given }) => claimEntry(ctx, id, given),
  }),
  apiRoute({
    method: "delete",
    path: "/signatures/{id}/claim",
    tag: "signatures",
    summary: "Let an entry go",
    permission: "signatures:review",
    params,
    handler: (ctx, { params: { id } }) => releaseEntry(ctx, id),
  }),
  apiRoute({
    method: "post",
    path: "/signatures/{id}/questions",
    tag: "signatures",
    summary: "Ask the signatory before deciding",
    description: "Goes out by mail with a link to answer; the time of the review stands still meanwhile.",
    permission: "signatures:review",
    params,
    body: askCommand,
    handler: (ctx, { params: { id }, given }) => askForInformation(ctx, id, given),
  }),
  apiRoute({
    method: "post",
    path: "/signatures/{id}/reopening",
    tag: "signatures",
    summary: "Undo a rejection",
    permission: "signatures:review",
    params,
    body: reopenCommand,
    answer: state,
    handler: (ctx, { params: { id }, given }) => reopenEntry(ctx, id, given),
  }),
  apiRoute({
    method: "post",
    path: "/signatures/{id}/instead",
    tag: "signatures",
    summary: "Take a second entry instead of the one that stands",
    permission: "signatures:review",
    params,
    body: reopenCommand,
    answer: state,
    handler: (ctx, { params: { id }, given }) => takeEntryInstead(ctx, id, given),
  }),
];

const reasonApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/rejection-reasons",
    tag: "rejection-reasons",
    summary: "Reasons to reject with, archived ones too",
    permission: "signatures:read",
    answer: listOf(reason),
    handler: async (ctx) => ({
      items: (await rejectionReasons(ctx)).map((each) => ({
        ...each,
        sentences: { ...each.sentences },
        needs_note: each.needsNote,
        row_version: each.rowVersion,
      })),
      next: null,
    }),
  }),
  apiRoute({
    method: "post",
    path: "/rejection-reasons",
    tag: "rejection-reasons",
    summary: "Add a reason",
    permission: "signatures:review",
    body: addReasonCommand,
    answer: z.object({ code: z.string() }),
    status: 201,
    handler: (ctx, { given }) => addRejectionReason(ctx, given),
  }),
  apiRoute({
    method: "patch",
    path: "/rejection-reasons/{code}",
    tag: "rejection-reasons",
    summary: "Word a reason anew, archive it or bring it back",
    permission: "signatures:review",
    params: z.object({ code: z.string().max(60) }),
    body: changeReasonCommand,
    handler: (ctx, { params: { code }, given }) => changeRejectionReason(ctx, code, given),
  }),
];

const bulkApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/bulk-invalidations",
    tag: "bulk-invalidations",
    summary: "Bulk invalidations, newest first",
    permission: "signatures:read",
    answer: listOf(bulk),
    handler: async (ctx) => ({ items: (await browseBulks(ctx)).map(showLine), next: null }),
  }),
  apiRoute({
    method: "get",
    path: "/bulk-invalidations/{id}",
    tag: "bulk-invalidations",
    summary: "Look at one and how far it is",
    permission: "signatures:read",
    params,
    answer: bulk,
    handler: async (ctx, input) => showLine((await showBulk(ctx, input.params.id)).bulk),
  }),
  apiRoute({
    method: "post",
    path: "/bulk-invalidations/count",
    tag: "bulk-invalidations",
    summary: "Count what a filter means; changes nothing",
    permission: "signatures:review",
    body: bulkFilter,
    answer: count,
    handler: async (ctx, { given }) => {
      const { total, byState, sample } = await countBulk(ctx, given);
      return {
        total,
        by_state: byState,
        sample: sample.map((each) => ({ ...each, display_name: each.displayName })),
      };
    },
  }),
  apiRoute({
    method: "post",
    path: "/bulk-invalidations",
    tag: "bulk-invalidations",
    summary: "Save one without starting it",
    permission: "signatures:review",
    body: bulkCommand,
    answer: made,
    status: 201,
    handler: (ctx, { given }) => saveBulk(ctx, given),
  }),
  apiRoute({
    method: "post",
    path: "/bulk-invalidations/{id}/acts",
    tag: "bulk-invalidations",
    summary: "Start, approve, stop or undo one",
    description: "More than fifty entries wait for a second person, and that is never a script.",
    permission: "signatures:review",
    params,
    body: bulkActCommand.extend({
      act: z.enum(["start", "approve", "cancel", "undo"], { error: "errors.field.choose" }),
    }),
    answer: z.object({ state: z.enum(BULK_STATES) }),
    handler: (ctx, { params: { id }, body, given }) => ACTS[body.act](ctx, id, given),
  }),
  apiRoute({
    method: "delete",
    path: "/bulk-invalidations/{id}",
    tag: "bulk-invalidations",
    summary: "Delete one that has not begun",
    permission: "signatures:review",
    params,
    handler: (ctx, { params: { id } }) => removeBulk(ctx, id),
  }),
];

const screeningApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/screening-rules",
    tag: "screening-rules",
    summary: "Whom to trust and whom to look at, newest first",
    permission: "signatures:review",
    answer: listOf(rule),
    handler: async (ctx) => ({ items: await screeningRules(ctx), next: null }),
  }),
  apiRoute({
    method: "post",
    path: "/screening-rules",
    tag: "screening-rules",
    summary: "Add a line",
    description: "A bad pattern is refused: a domain without an ending, a network wider than /24 or /56.",
    permission: "signatures:review",
    body: screeningCommand,
    answer: made,
    status: 201,
    handler: (ctx, { given }) => addScreeningRule(ctx, given),
  }),
  apiRoute({
    method: "delete",
    path: "/screening-rules/{id}",
    tag: "screening-rules",
    summary: "Take a line away",
    permission: "signatures:review",
    params,
    handler: (ctx, { params: { id } }) => removeScreeningRule(ctx, id),
  }),
];

/** Reviewing by script: claims, questions, reasons, bulk invalidation, lists. */
export const reviewApi: readonly ApiRoute[] = [...claimApi, ...reasonApi, ...bulkApi, ...screeningApi];
