import { z } from "zod";
import { HOLD_SCOPES } from "../../domain/outreach/hold.js";
import {
  browseHolds,
  holdOutreach,
  resumeOutreach,
  stopOutreachOf,
} from "../../domain/outreach/hold-service.js";
import type { HoldLine } from "../../domain/outreach/hold-views.js";
import {
  browseSegments,
  createSegment,
  showSegment,
  updateSegment,
  type Segment,
} from "../../domain/outreach/segment-service.js";
import {
  holdCommand,
  holdSubjectCommand,
  segmentCommand,
  updateSegmentCommand,
} from "../../domain/outreach/sequence-commands.js";
import { id, optional } from "../../platform/schema.js";
import { apiRoute, listOf, made, time, type ApiRoute } from "./frame.js";

const hold = z
  .object({
    id: z.uuid(),
    scope: z.enum(HOLD_SCOPES),
    subject_id: z.uuid(),
    subject: z.string().nullable(),
    reason: z.string().nullable(),
    until: time().nullable(),
    created_at: time(),
  })
  .meta({ id: "Hold", description: "Outreach that waits until somebody, or a date, lets it go on." });

function showHold(line: HoldLine): z.input<typeof hold> {
  return {
    id: line.id,
    scope: line.scope,
    subject_id: line.subjectId,
    subject: line.subject,
    reason: line.reason,
    until: line.until,
    created_at: line.createdAt,
  };
}

/** Holding outreach, letting it go on, stopping it. */
export const holdApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/holds",
    tag: "holds",
    summary: "Holds that last, newest first",
    permission: "messages:read",
    query: z.object({
      scope: optional(z.enum(HOLD_SCOPES, { error: "errors.field.choose" })),
      subject_id: optional(id()),
    }),
    answer: listOf(hold),
    handler: async (ctx, { query }) => {
      const holds = await browseHolds(ctx, { scope: query.scope, subjectId: query.subject_id });
      return { items: holds.map(showHold), next: null };
    },
  }),
  apiRoute({
    method: "post",
    path: "/holds",
    tag: "holds",
    summary: "Hold outreach for a contact, an organisation, a sequence, a mailbox or a letter",
    description:
      "Until a date, or until it is ended. A second one on the same thing changes reason and date.",
    permission: "outreach:write",
    body: holdCommand,
    answer: z.object({ id: z.uuid(), held: z.int() }),
    status: 201,
    handler: (ctx, { given }) => holdOutreach(ctx, given),
  }),
  apiRoute({
    method: "post",
    path: "/holds/resume",
    tag: "holds",
    summary: "Let what is held go on",
    permission: "outreach:write",
    body: holdSubjectCommand,
    answer: z.object({ resumed: z.int() }),
    handler: (ctx, { given }) => resumeOutreach(ctx, given),
  }),
  apiRoute({
    method: "post",
    path: "/holds/stop",
    tag: "holds",
    summary: "Stop outreach for good",
    description: "Every enrolment it concerns ends; what has not begun to go out is taken back.",
    permission: "outreach:write",
    body: holdSubjectCommand,
    answer: z.object({ stopped: z.int() }),
    handler: (ctx, { given }) => stopOutreachOf(ctx, given),
  }),
];

const filter = z.object({
  q: z.string().optional(),
  sector: z.string().optional(),
  country: z.string().optional(),
  region: z.string().optional(),
  owner_id: z.string().optional(),
  contact_language: z.string().optional(),
});

const segment = z
  .object({
    id: z.uuid(),
    name: z.string(),
    filter,
    archived: z.boolean(),
    created_at: time(),
    row_version: z.int(),
  })
  .meta({ id: "Segment", description: "A filter of contacts under a name; it chooses anew each time." });

function showSegmentRow(row: Segment): z.input<typeof segment> {
  return {
    id: row.id,
    name: row.name,
    filter: row.filter,
    archived: row.archived_at !== null,
    created_at: row.created_at,
    row_version: row.row_version,
  };
}

const params = z.object({ id: z.uuid() });

/** Kept filters of contacts. */
export const segmentApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/segments",
    tag: "segments",
    summary: "Segments by name",
    permission: "messages:read",
    answer: listOf(segment),
    handler: async (ctx) => ({ items: (await browseSegments(ctx)).map(showSegmentRow), next: null }),
  }),
  apiRoute({
    method: "post",
    path: "/segments",
    tag: "segments",
    summary: "Keep a filter under a name",
    permission: "outreach:write",
    body: segmentCommand,
    answer: made,
    status: 201,
    handler: (ctx, { given }) => createSegment(ctx, given),
  }),
  apiRoute({
    method: "get",
    path: "/segments/{id}",
    tag: "segments",
    summary: "A segment",
    permission: "messages:read",
    params,
    answer: segment,
    handler: async (ctx, input) => showSegmentRow(await showSegment(ctx, input.params.id)),
  }),
  apiRoute({
    method: "patch",
    path: "/segments/{id}",
    tag: "segments",
    summary: "Change or archive a segment",
    permission: "outreach:write",
    params,
    body: updateSegmentCommand,
    handler: (ctx, input) => updateSegment(ctx, input.params.id, input.given),
  }),
];
