import { z } from "zod";
import { cosignatureCommand } from "../../domain/log/commands.js";
import { addCosignatures } from "../../domain/log/witness-service.js";
import { slug } from "../../platform/schema.js";
import { apiRoute, time, type ApiRoute } from "./frame.js";

/** What scripts may add to a letter's log: what its witnesses signed. */
export const logApi: readonly ApiRoute[] = [
  apiRoute({
    method: "post",
    path: "/letters/{slug}/log/cosignatures",
    tag: "letters",
    summary: "Add what witnesses signed of the log's head",
    description:
      "The checkpoint as a witness gave it back, with its line. Only the witnesses of LOG_WITNESSES count; a line that is wrong is refused, and with it the rest.",
    permission: "letters:write",
    params: z.object({ slug: slug() }),
    body: cosignatureCommand,
    answer: z.object({
      size: z.int(),
      kept: z.int(),
      witnessed: z.array(z.object({ witness: z.string(), at: time() })),
    }),
    handler: async (ctx, { params, given }) => {
      const { size, kept, witnessed } = await addCosignatures(ctx, params.slug, given);
      return { size, kept, witnessed: witnessed.map(({ witness, at }) => ({ witness, at: new Date(at) })) };
    },
  }),
];
