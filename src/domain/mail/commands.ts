import { z } from "zod";
import { clearable, id, line, optional, pageQuery, whole } from "../../platform/schema.js";
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

const mails = () => clearable(whole(1, 1_000_000));

/** Changing the rules for all outreach; fields that are left out stay, empty ones take the limit away. */
export const changeSendingRulesCommand = z.object({
  cap_domain_day: mails(),
  cap_domain_minute: mails(),
  contact_distance_days: clearable(whole(1, 365)),
  one_contact_each: z.boolean({ error: "errors.field.choose" }).optional(),
  /** As it was when the asker last looked; a stale one is refused. */
  row_version: whole(1, 2_147_483_647),
});
