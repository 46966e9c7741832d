import { z } from "zod";
import { auditTrail } from "../../domain/team/service.js";
import { apiRoute, listOf, listQuery, time, type ApiRoute } from "./frame.js";

const act = z
  .object({
    id: z.uuid(),
    at: time(),
    actor_kind: z.enum(["staff", "token", "company", "public", "system"]),
    actor_name: z.string().nullable(),
    action: z.string(),
    letter: z.string().nullable(),
    organisation_id: z.uuid().nullable(),
    subject_id: z.uuid().nullable(),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "Act" });

/** What was done, by whom. */
export const auditApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/audit",
    tag: "audit",
    summary: "List acts, newest first",
    permission: "audit:read",
    query: listQuery({ organisation_id: z.uuid().optional(), letter_id: z.uuid().optional() }),
    answer: listOf(act),
    handler: async (ctx, { query }) => {
      const page = await auditTrail(ctx, {
        organisationId: query.organisation_id,
        letterId: query.letter_id,
        cursor: query.cursor,
        limit: query.limit,
      });
      return {
        items: page.items.map((line) => ({
          id: line.id,
          at: line.at,
          actor_kind: line.actorKind as z.input<typeof act>["actor_kind"],
          actor_name: line.actorName,
          action: line.action,
          letter: line.letterSlug,
          organisation_id: line.organisationId,
          subject_id: line.subjectId,
          detail: line.detail,
        })),
        next: page.next,
      };
    },
  }),
];
