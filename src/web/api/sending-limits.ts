import { z } from "zod";
import { changeSendingRulesCommand } from "../../domain/mail/commands.js";
import { changeSendingRules, showSendingRules } from "../../domain/mail/sending-rules-service.js";
import { apiRoute, type ApiRoute } from "./frame.js";

const limits = z
  .object({
    cap_domain_day: z.int().nullable(),
    cap_domain_minute: z.int().nullable(),
    contact_distance_days: z.int().nullable(),
    one_contact_each: z.boolean(),
    row_version: z.int(),
  })
  .meta({ id: "SendingLimits", description: "Null: no limit. Spans slide: any 24 hours, any 60 seconds." });

/** The rules for all outreach. */
export const sendingLimitApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/sending/limits",
    tag: "sending",
    summary: "Read the limits that hold for all outreach",
    permission: "outreach:write",
    answer: limits,
    handler: (ctx) => showSendingRules(ctx),
  }),
  apiRoute({
    method: "patch",
    path: "/sending/limits",
    tag: "sending",
    summary: "Change the limits that hold for all outreach",
    description:
      "Fields that are left out stay; null takes a limit away. 409 on a stale row_version. What waits already obeys the new limits.",
    permission: "outreach:write",
    body: changeSendingRulesCommand,
    handler: (ctx, { given }) => changeSendingRules(ctx, given),
  }),
];
