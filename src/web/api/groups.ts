import { z } from "zod";
import { mergeOrganisations, mergesInto, previewMerge, undoMerge } from "../../domain/merging/service.js";
import { changeParent, organisationLife } from "../../domain/organisations/life-service.js";
import { mergeOrganisationCommand, setParentCommand } from "../../domain/organisations/commands.js";
import { showOrganisation } from "../../domain/organisations/browse-service.js";
import { apiRoute, made, time, type ApiRoute } from "./frame.js";

const params = z.object({ id: z.uuid() });

const counts = z.object({
  contacts: z.int(),
  invitations: z.int(),
  signatures: z.int(),
  signatures_ended: z.int(),
  declines: z.int(),
  tasks: z.int(),
  messages: z.int(),
  inbound_mails: z.int(),
  enrolments: z.int(),
});

const life = z.object({
  former_names: z.array(
    z.object({
      id: z.uuid(),
      name: z.string(),
      kind: z.enum(["former", "alias"]),
      reason: z.string().nullable(),
      until: time(),
    }),
  ),
  group: z.array(
    z.object({ id: z.uuid(), name: z.string(), country: z.string().nullable(), depth: z.int() }),
  ),
  merges: z.array(
    z.object({ id: z.uuid(), name: z.string(), merged_at: time(), undone_at: time().nullable() }),
  ),
});

/** How organisations change: names, groups, and two that are one. */
export const groupApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/organisations/{id}/life",
    tag: "organisations",
    summary: "Read former names, the group and merges of an organisation",
    permission: "organisations:read",
    params,
    answer: life,
    handler: async (ctx, { params: { id } }) => {
      const { formerNames, group } = await organisationLife(ctx, await showOrganisation(ctx, id));
      return {
        former_names: formerNames.map(({ id: nameId, name, kind, reason, ended_at: until }) => ({
          id: nameId,
          name,
          kind: kind ?? "former",
          reason: reason ?? null,
          until,
        })),
        group,
        merges: await mergesInto(ctx, id),
      };
    },
  }),
  apiRoute({
    method: "post",
    path: "/organisations/{id}/parent",
    tag: "organisations",
    summary: "Put an organisation under a parent, or under none",
    description: "All that is below it moves with it. 409 on a stale row_version; 422 for a circle.",
    permission: "organisations:write",
    params,
    body: setParentCommand,
    handler: (ctx, { params: { id }, given }) => changeParent(ctx, id, given),
  }),
  apiRoute({
    method: "get",
    path: "/organisations/{id}/merge",
    tag: "organisations",
    summary: "Count what a merge would move",
    description: "Changes nothing. `signatures_ended`: letters under which both have a live entry.",
    permission: "organisations:write",
    params,
    query: mergeOrganisationCommand.pick({ organisation_id: true }),
    answer: counts,
    handler: async (ctx, { params: { id }, query }) =>
      (await previewMerge(ctx, id, query.organisation_id)).counts,
  }),
  apiRoute({
    method: "post",
    path: "/organisations/{id}/merge",
    tag: "organisations",
    summary: "Merge the organisation that is named into this one",
    description: "Answers the id of the merge, by which it can be undone.",
    permission: "organisations:write",
    params,
    body: mergeOrganisationCommand,
    answer: made,
    status: 201,
    handler: (ctx, { params: { id }, given }) => mergeOrganisations(ctx, id, given),
  }),
  apiRoute({
    method: "post",
    path: "/merges/{id}/undo",
    tag: "organisations",
    summary: "Undo a merge",
    description:
      "What moved goes back; entries that ended because of it begin again where their address was confirmed.",
    permission: "organisations:write",
    params,
    handler: async (ctx, { params: { id } }) => {
      await undoMerge(ctx, id);
    },
  }),
];
