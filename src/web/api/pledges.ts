import { z } from "zod";
import { OUTCOMES } from "../../domain/pledges/outcome.js";
import { pledgeDesk } from "../../domain/pledges/service.js";
import { slug } from "../../platform/schema.js";
import { CONDITION_CLASSES } from "../../domain/signatures/condition.js";
import { SIGNATURE_STATES } from "../../domain/signatures/signature.js";
import { apiRoute, time, type ApiRoute } from "./frame.js";

const pledge = z
  .object({
    id: z.uuid(),
    organisation_id: z.uuid(),
    display_name: z.string(),
    sector: z.string(),
    country: z.string(),
    state: z.enum(SIGNATURE_STATES),
    kind: z.enum(["signature", "pledge"]),
    condition_class: z.enum(CONDITION_CLASSES),
    condition_count: z.int(),
    condition_deadline: z.string().nullable(),
    /** Whether an evaluation at this moment would find its condition met. */
    met_now: z.boolean(),
    activated_at: time().nullable(),
  })
  .meta({ id: "Pledge", description: "A conditional signature with its condition, for staff." });

const cohort = z.object({
  id: z.uuid(),
  triggered_at: time(),
  reaffirm_until: time(),
  settled_at: time().nullable(),
  members: z.array(
    z.object({
      id: z.uuid(),
      reaffirmed_at: time().nullable(),
      outcome: z.enum(OUTCOMES).nullable(),
    }),
  ),
});

const evaluation = z.object({ at: time(), firm: z.int(), considered: z.int(), met: z.int() });

/** Pledges by script: all of a letter, with what the last evaluation found and what became of each cohort. */
export const pledgeApi: ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/pledges",
    tag: "signatures",
    summary: "List a letter's pledges, with the last evaluation and the cohorts",
    permission: "signatures:read",
    query: z.object({ letter: slug() }),
    answer: z.object({
      items: z.array(pledge),
      evaluation: evaluation.nullable(),
      next_evaluation_at: time().nullable(),
      reaffirm_hours: z.int(),
      cohorts: z.array(cohort),
    }),
    handler: async (ctx, { query }) => {
      const desk = await pledgeDesk(ctx, query.letter);
      const met = new Set(desk.now.met);
      return {
        items: desk.pledges.map((line) => ({
          id: line.id,
          organisation_id: line.organisationId,
          display_name: line.name,
          sector: line.sector,
          country: line.country,
          state: line.state,
          kind: line.kind,
          condition_class: line.conditionClass,
          condition_count: line.conditionCount,
          condition_deadline: line.deadline,
          met_now: met.has(line.id),
          activated_at: line.activatedAt,
        })),
        evaluation: desk.last ?? null,
        next_evaluation_at: desk.nextLook ?? null,
        reaffirm_hours: desk.reaffirmHours,
        cohorts: desk.cohorts.map((each) => ({
          id: each.id,
          triggered_at: each.triggeredAt,
          reaffirm_until: each.reaffirmUntil,
          settled_at: each.settledAt,
          members: each.members.map(({ id, reaffirmedAt, outcome }) => ({
            id,
            reaffirmed_at: reaffirmedAt,
            outcome,
          })),
        })),
      };
    },
  }),
];
