import { z } from "zod";
import { id, line, optional, pageQuery } from "../../platform/schema.js";
import { MESSAGE_STATES, RESOLUTIONS, type Resolution } from "./message.js";

/** Settling a message of which nobody knows whether it was accepted. */
export const resolveMessageCommand = z.object({
  as: z.enum(Object.keys(RESOLUTIONS) as [Resolution, ...Resolution[]], {
    error: "errors.message.resolution",
  }),
});

/** Which messages to list. */
export const listMessagesQuery = pageQuery.extend({
  status: optional(z.enum(MESSAGE_STATES, { error: "errors.message.status" })),
  letter: optional(z.string().max(80)),
  mailing: optional(id()),
  captured: optional(z.literal("1")),
});

/** Stopping all outreach; the reason stands on every page of the console until somebody lets it go on. */
export const stopSendingCommand = z.object({ reason: line(200) });
