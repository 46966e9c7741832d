import { z } from "zod";
import {
  changeSequenceCommand,
  createSequenceCommand,
  previewStepQuery,
  updateSequenceCommand,
} from "../../domain/outreach/sequence-commands.js";
import { APPROVALS, SEQUENCE_STATES, keepRules } from "../../domain/outreach/sequence.js";
import {
  browseSequences,
  changeSequence,
  createSequence,
  showSequence,
  updateSequence,
  type SequenceFile,
} from "../../domain/outreach/sequence-service.js";
import { previewStep } from "../../domain/outreach/step-preview-service.js";
import type { SequenceLine } from "../../domain/outreach/sequence-views.js";
import { pageQuery } from "../../platform/schema.js";
import { apiRoute, listOf, made, time, type ApiRoute } from "./frame.js";
import { mailPreview, showPreview, templateText } from "./templates.js";

const sequence = z
  .object({
    id: z.uuid(),
    name: z.string(),
    state: z.enum(SEQUENCE_STATES),
    held_since: time().nullable(),
    letter: z.string(),
    version: z.int(),
    pending: z.int(),
    active: z.int(),
    paused: z.int(),
    finished: z.int(),
    answered: z.int(),
    to_approve: z.int(),
    created_at: time(),
    row_version: z.int(),
  })
  .meta({ id: "Sequence", description: "Planned outreach about one letter, in steps." });

const sendWindow = z.object({
  from: z.string(),
  to: z.string(),
  days: z.array(z.int()),
  holidays: z.boolean(),
});

const sequenceFile = sequence
  .extend({
    rules: z.object({
      window: z.union([z.literal("country"), sendWindow]).nullable(),
      one_contact_per_organisation: z.boolean(),
      colleague_ends: z.boolean(),
      mailbox_id: z.uuid().nullable(),
    }),
    steps: z.array(
      z.object({
        key: z.string(),
        position: z.int(),
        delay_days: z.int(),
        approval: z.enum(APPROVALS),
        template_id: z.uuid().nullable(),
        texts: z.array(templateText),
        sent: z.int(),
      }),
    ),
  })
  .meta({ id: "SequenceFile" });

const params = z.object({ id: z.uuid() });

function show(line: SequenceLine): z.input<typeof sequence> {
  return {
    id: line.id,
    name: line.name,
    state: line.state,
    held_since: line.heldSince,
    letter: line.letter,
    version: line.version,
    pending: line.pending,
    active: line.active,
    paused: line.paused,
    finished: line.finished,
    answered: line.answered,
    to_approve: line.toApprove,
    created_at: line.createdAt,
    row_version: line.rowVersion,
  };
}

function fileOf(file: SequenceFile): z.input<typeof sequenceFile> {
  const { window, ...rules } = keepRules(file.rules);
  return {
    ...show(file),
    rules: {
      window: window === "country" || !window ? (window ?? null) : { ...window, days: [...window.days] },
      one_contact_per_organisation: rules.one_contact_per_organisation ?? true,
      colleague_ends: rules.colleague_ends ?? true,
      mailbox_id: rules.mailbox_id ?? null,
    },
    steps: file.course.map((step) => ({
      key: step.step_key,
      position: step.position,
      delay_days: step.delay_days,
      approval: step.approval,
      template_id: step.library ? step.templateId : null,
      texts: step.texts,
      sent: step.sent,
    })),
  };
}

/** Sequences: steps with delays in working days, and the rules they follow. */
export const sequenceApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/sequences",
    tag: "sequences",
    summary: "Sequences, newest first",
    permission: "messages:read",
    query: pageQuery,
    answer: listOf(sequence),
    handler: async (ctx, { query }) => {
      const { items, next } = await browseSequences(ctx, query);
      return { items: items.map(show), next };
    },
  }),
  apiRoute({
    method: "post",
    path: "/sequences",
    tag: "sequences",
    summary: "Make a sequence, as a draft",
    description:
      "Each step takes template_id, or texts of its own. delay_days are working days after the step before it. " +
      "rules.window is country (office hours where the contact is), hours of one's own, or null for any time.",
    permission: "outreach:write",
    body: createSequenceCommand,
    answer: made,
    status: 201,
    handler: (ctx, { given }) => createSequence(ctx, given),
  }),
  apiRoute({
    method: "get",
    path: "/sequences/{id}",
    tag: "sequences",
    summary: "A sequence with its rules and steps",
    permission: "messages:read",
    params,
    answer: sequenceFile,
    handler: async (ctx, input) => fileOf(await showSequence(ctx, input.params.id)),
  }),
  apiRoute({
    method: "get",
    path: "/sequences/{id}/preview",
    tag: "sequences",
    summary: "How a step reads for a contact",
    description:
      "Of the newest version. A later step shows the subject of the first, below which it goes out. Nothing is made or " +
      "sent. 404 for a step or a contact that is not there.",
    permission: "messages:read",
    params,
    query: previewStepQuery,
    answer: mailPreview,
    handler: async (ctx, { params: { id: sequenceId }, query }) =>
      showPreview(
        await previewStep(ctx, sequenceId, {
          step: query.step,
          contactId: query.contact_id,
          language: query.language,
        }),
      ),
  }),
  apiRoute({
    method: "patch",
    path: "/sequences/{id}",
    tag: "sequences",
    summary: "Change a sequence",
    description:
      "Rules and steps are given whole; a step keeps its key. Who is enrolled keeps the version they began with. " +
      "409 on a stale row_version.",
    permission: "outreach:write",
    params,
    body: updateSequenceCommand,
    handler: (ctx, input) => updateSequence(ctx, input.params.id, input.given),
  }),
  apiRoute({
    method: "post",
    path: "/sequences/{id}/transitions",
    tag: "sequences",
    summary: "Set a sequence going, or stop it for good",
    description: "Stopping ends everybody in it and takes back what has not begun to go out.",
    permission: "outreach:write",
    params,
    body: changeSequenceCommand,
    answer: z.object({ stopped: z.int() }),
    handler: (ctx, input) => changeSequence(ctx, input.params.id, input.given),
  }),
];
