import { z } from "zod";
import { liftSuppressionCommand, suppressCommand } from "../../domain/consent/commands.js";
import { liftSuppression, pageSuppressions, suppressAddress } from "../../domain/consent/service.js";
import { SUPPRESSION_REASONS } from "../../domain/consent/suppression.js";
import { apiRoute, listOf, listQuery, time, type ApiRoute } from "./frame.js";

const suppression = z
  .object({
    id: z.uuid(),
    address_hash_prefix: z.string(),
    letter_id: z.uuid().nullable(),
    reason: z.enum(SUPPRESSION_REASONS),
    own: z.boolean(),
    source: z.string(),
    created_at: time(),
  })
  .meta({ id: "Suppression" });

/** Addresses that are not written to again. */
export const suppressionApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/suppressions",
    tag: "suppressions",
    summary: "Addresses that are not written to again, newest first",
    description: "Only the beginning of an address's keyed hash is shown; the address itself is not kept.",
    permission: "suppressions:write",
    query: listQuery(),
    answer: listOf(suppression),
    handler: async (ctx, { query }) => {
      const { items, next } = await pageSuppressions(ctx, query);
      return {
        items: items.map((item) => ({
          id: item.id,
          address_hash_prefix: item.hashPrefix,
          letter_id: item.letterId,
          reason: item.reason,
          own: item.isOwn,
          source: item.source,
          created_at: item.createdAt,
        })),
        next,
      };
    },
  }),
  apiRoute({
    method: "post",
    path: "/suppressions",
    tag: "suppressions",
    summary: "Never write to an address again",
    description: "Holds for every letter unless one is named. Doing it again changes nothing.",
    permission: "suppressions:write",
    body: suppressCommand,
    answer: z.object({ is_new: z.boolean() }),
    status: 201,
    handler: async (ctx, { given }) => {
      const { isNew } = await suppressAddress(ctx, given);
      return { is_new: isNew };
    },
  }),
  apiRoute({
    method: "post",
    path: "/suppressions/{id}/lift",
    tag: "suppressions",
    summary: "Take back a stop that was ours",
    description: "409 for one that the person said themselves (`own`): only they can take it back.",
    permission: "privacy:manage",
    params: z.object({ id: z.uuid() }),
    body: liftSuppressionCommand,
    handler: (ctx, { params, given }) => liftSuppression(ctx, params.id, given),
  }),
];
