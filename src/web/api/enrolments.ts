import { z } from "zod";
import { ENROLMENT_STATES } from "../../domain/outreach/enrolment.js";
import {
  approveBatch,
  browseEnrolments,
  dropBatch,
  endEnrolment,
  enrolContacts,
  showEnrolment,
} from "../../domain/outreach/enrolment-service.js";
import type { EnrolmentLine } from "../../domain/outreach/enrolment-views.js";
import { pauseEnrolment, resumeEnrolment } from "../../domain/outreach/hold-service.js";
import { planEnrolment, type EnrolmentPlan } from "../../domain/outreach/plan-service.js";
import {
  endEnrolmentCommand,
  enrolCommand,
  listEnrolmentsQuery,
  pauseEnrolmentCommand,
} from "../../domain/outreach/sequence-commands.js";
import { id } from "../../platform/schema.js";
import { apiRoute, listOf, time, type ApiRoute } from "./frame.js";

const enrolment = z
  .object({
    id: z.uuid(),
    state: z.enum(ENROLMENT_STATES),
    state_reason: z.string().nullable(),
    paused_until: time().nullable(),
    sequence_id: z.uuid(),
    version: z.int(),
    round: z.int(),
    language: z.string().nullable(),
    contact_id: z.uuid(),
    organisation_id: z.uuid(),
    organisation: z.string(),
    sent: z.int(),
    steps: z.int(),
    next_at: time().nullable(),
    next_message_id: z.uuid().nullable(),
    created_at: time(),
    finished_at: time().nullable(),
  })
  .meta({ id: "Enrolment", description: "A contact going through a sequence." });

const enrolled = z
  .object({
    dry_run: z.boolean(),
    /** `waiting`: more than 50 within 24 hours, a second person has to approve the batch. */
    state: z.enum(["enrolled", "waiting", "nobody"]),
    batch_id: z.uuid().nullable(),
    enrolled: z.int(),
    left_out: z.int(),
    plan: z
      .array(
        z.object({
          contact_id: z.uuid(),
          organisation_id: z.uuid(),
          time_zone: z.string(),
          ahead: z.int(),
          mails: z.array(
            z.object({
              position: z.int(),
              due_at: time(),
              language: z.string(),
              approval: z.enum(["automatic", "each"]),
              missing: z.array(z.string()),
            }),
          ),
        }),
      )
      .optional(),
    not_enrolled: z.array(z.object({ contact_id: z.uuid(), reasons: z.array(z.string()) })).optional(),
  })
  .meta({ id: "Enrolled" });

const params = z.object({ id: id() });

function show(line: EnrolmentLine): z.input<typeof enrolment> {
  return {
    id: line.id,
    state: line.state,
    state_reason: line.reason,
    paused_until: line.pausedUntil,
    sequence_id: line.sequenceId,
    version: line.version,
    round: line.round,
    language: line.language,
    contact_id: line.contactId,
    organisation_id: line.organisationId,
    organisation: line.organisationName,
    sent: line.sent,
    steps: line.steps,
    next_at: line.nextAt,
    next_message_id: line.nextMessageId,
    created_at: line.createdAt,
    finished_at: line.finishedAt,
  };
}

function planned(plan: EnrolmentPlan): z.input<typeof enrolled> {
  const n = plan.planned.length;
  return {
    dry_run: true,
    state: n === 0 ? "nobody" : plan.needsSecondPerson ? "waiting" : "enrolled",
    batch_id: null,
    enrolled: n,
    left_out: plan.leftOut.length,
    plan: plan.planned.map(({ recipient, zone, ahead, mails }) => ({
      contact_id: recipient.contactId,
      organisation_id: recipient.organisationId,
      time_zone: zone,
      ahead,
      mails: mails.map((mail) => ({
        position: mail.position,
        due_at: mail.dueAt,
        language: mail.language,
        approval: mail.approval,
        missing: mail.missing,
      })),
    })),
    not_enrolled: plan.leftOut.map(({ candidate, reasons }) => ({
      contact_id: candidate.contactId,
      reasons,
    })),
  };
}

/** Who goes through a sequence. */
export const enrolmentApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/sequences/{id}/enrolments",
    tag: "sequences",
    summary: "Who goes through a sequence, newest first",
    permission: "messages:read",
    params,
    query: listEnrolmentsQuery,
    answer: listOf(enrolment),
    handler: async (ctx, input) => {
      const { items, next } = await browseEnrolments(ctx, { sequenceId: input.params.id, ...input.query });
      return { items: items.map(show), next };
    },
  }),
  apiRoute({
    method: "post",
    path: "/sequences/{id}/enrolments",
    tag: "sequences",
    summary: "Enrol contacts, or see what that would do",
    description:
      "Takes contact_ids, segment_id or filter. Who may not be enrolled is left out. With dry_run nothing changes and " +
      "the answer says who would get what and when, and who is left out and why. More than 50 wait for a second person.",
    permission: "outreach:write",
    params,
    body: enrolCommand,
    answer: enrolled,
    status: 201,
    handler: async (ctx, input) => {
      if (input.body.dry_run) return planned(await planEnrolment(ctx, input.params.id, input.given));
      const done = await enrolContacts(ctx, input.params.id, input.given);
      return {
        dry_run: false,
        state: done.state,
        batch_id: done.batchId,
        enrolled: done.enrolled,
        left_out: done.leftOut,
      };
    },
  }),
  apiRoute({
    method: "post",
    path: "/enrolment-batches/{id}/approve",
    tag: "sequences",
    summary: "Let a batch of more than 50 begin, as a second person",
    permission: "outreach:write",
    params,
    answer: z.object({ begun: z.int(), left_out: z.int() }),
    handler: async (ctx, input) => {
      const { begun, leftOut } = await approveBatch(ctx, input.params.id);
      return { begun, left_out: leftOut };
    },
  }),
  apiRoute({
    method: "post",
    path: "/enrolment-batches/{id}/drop",
    tag: "sequences",
    summary: "Take a waiting batch back",
    permission: "outreach:write",
    params,
    answer: z.object({ dropped: z.int() }),
    handler: (ctx, input) => dropBatch(ctx, input.params.id),
  }),
  apiRoute({
    method: "get",
    path: "/enrolments/{id}",
    tag: "sequences",
    summary: "One contact's way through a sequence",
    permission: "messages:read",
    params,
    answer: enrolment,
    handler: async (ctx, input) => show(await showEnrolment(ctx, input.params.id)),
  }),
  apiRoute({
    method: "post",
    path: "/enrolments/{id}/pause",
    tag: "sequences",
    summary: "Hold everything to this contact",
    description: "Until a date, or until it is resumed.",
    permission: "outreach:write",
    params,
    body: pauseEnrolmentCommand,
    handler: (ctx, input) => pauseEnrolment(ctx, input.params.id, input.given),
  }),
  apiRoute({
    method: "post",
    path: "/enrolments/{id}/resume",
    tag: "sequences",
    summary: "Let a paused enrolment go on",
    description: "Only the next mail goes, at once or when its hours come; later ones keep their distance.",
    permission: "outreach:write",
    params,
    answer: z.object({ resumed: z.int() }),
    handler: (ctx, input) => resumeEnrolment(ctx, input.params.id),
  }),
  apiRoute({
    method: "post",
    path: "/enrolments/{id}/stop",
    tag: "sequences",
    summary: "End an enrolment",
    description: "removed: taken out. meeting: a meeting was agreed. replied: an answer came another way.",
    permission: "outreach:write",
    params,
    body: endEnrolmentCommand,
    handler: (ctx, input) => endEnrolment(ctx, input.params.id, input.given),
  }),
];
