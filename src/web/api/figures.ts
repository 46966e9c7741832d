import { z } from "zod";
import { recordTotalCommand } from "../../domain/letters/total-commands.js";
import { recordTotal, takeTotalOff, totalsOf } from "../../domain/letters/total-service.js";
import { recordFigureCommand } from "../../domain/organisations/figure-commands.js";
import { figuresOf, recordFigure, withdrawFigure } from "../../domain/organisations/figure-service.js";
import { METRICS } from "../../domain/organisations/figure.js";
import { aliasCommand, removeAliasCommand, renameCommand } from "../../domain/organisations/name-commands.js";
import { addAlias, removeAlias, renameOrganisation } from "../../domain/organisations/name-service.js";
import { slug } from "../../platform/schema.js";
import { apiRoute, made, time, type ApiRoute } from "./frame.js";

const params = z.object({ id: z.uuid() });
const letterParams = z.object({ slug: slug() });

const sourced = z.object({
  id: z.uuid(),
  value: z.number(),
  as_of: z.string(),
  source: z.string(),
  source_url: z.string().nullable(),
  recorded_at: time(),
  ended_at: time().nullable(),
});

const figures = z.object({
  items: z.array(sourced.extend({ metric: z.enum(METRICS), holds: z.boolean() })),
});
const totals = z.object({ items: z.array(sourced) });

const organisationRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/organisations/{id}/metrics",
    tag: "organisations",
    summary: "Read the figures of an organisation with their history",
    description: "Of each metric the figure that holds comes first.",
    permission: "organisations:read",
    params,
    answer: figures,
    handler: async (ctx, { params: { id } }) => ({ items: await figuresOf(ctx, id) }),
  }),
  apiRoute({
    method: "post",
    path: "/organisations/{id}/metrics",
    tag: "organisations",
    summary: "Record a figure with its day and source",
    description: "The figure of the newest day holds; the earlier ones stay.",
    permission: "organisations:write",
    params,
    body: recordFigureCommand,
    answer: made,
    status: 201,
    handler: (ctx, { params: { id }, given }) => recordFigure(ctx, id, given),
  }),
  apiRoute({
    method: "post",
    path: "/metrics/{id}/withdraw",
    tag: "organisations",
    summary: "Say that a figure was wrong",
    description: "It stays in the history; the one before it holds again.",
    permission: "organisations:write",
    params,
    handler: async (ctx, { params: { id } }) => {
      await withdrawFigure(ctx, id);
    },
  }),
  apiRoute({
    method: "post",
    path: "/organisations/{id}/rename",
    tag: "organisations",
    summary: "Rename an organisation, with the day and the reason",
    description:
      "The name it had stays as a former name. 409 on a stale row_version or a name that is taken.",
    permission: "organisations:write",
    params,
    body: renameCommand,
    handler: (ctx, { params: { id }, given }) => renameOrganisation(ctx, id, given),
  }),
  apiRoute({
    method: "post",
    path: "/organisations/{id}/aliases",
    tag: "organisations",
    summary: "Note another name by which an organisation is known",
    permission: "organisations:write",
    params,
    body: aliasCommand,
    answer: made,
    status: 201,
    handler: (ctx, { params: { id }, given }) => addAlias(ctx, id, given),
  }),
  apiRoute({
    method: "post",
    path: "/organisations/{id}/aliases/remove",
    tag: "organisations",
    summary: "Take such a name away",
    permission: "organisations:write",
    params,
    body: removeAliasCommand,
    handler: (ctx, { params: { id }, given }) => removeAlias(ctx, id, given),
  }),
];

const letterRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/letters/{slug}/totals",
    tag: "letters",
    summary: "Read the totals of which the signatories of a letter operate a share",
    description: "The one that holds comes first; one with `ended_at` was taken off the page.",
    permission: "letters:read",
    params: letterParams,
    answer: totals,
    handler: async (ctx, { params: { slug } }) => ({ items: await totalsOf(ctx, slug) }),
  }),
  apiRoute({
    method: "post",
    path: "/letters/{slug}/totals",
    tag: "letters",
    summary: "Enter how many active satellites there are in all",
    permission: "letters:publish",
    params: letterParams,
    body: recordTotalCommand,
    answer: made,
    status: 201,
    handler: (ctx, { params: { slug }, given }) => recordTotal(ctx, slug, given),
  }),
  apiRoute({
    method: "post",
    path: "/letters/{slug}/totals/off",
    tag: "letters",
    summary: "Take the total off the letter’s page",
    permission: "letters:publish",
    params: letterParams,
    handler: (ctx, { params: { slug } }) => takeTotalOff(ctx, slug),
  }),
];

/** Names and figures of organisations, and the totals that figures are a share of. */
export const figureApi: readonly ApiRoute[] = [...organisationRoutes, ...letterRoutes];
