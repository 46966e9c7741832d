import { z } from "zod";
import { stopSendingCommand } from "../../domain/mail/commands.js";
import { resumeAllOutreach, showSending, stopAllOutreach } from "../../domain/mail/switch-service.js";
import { apiRoute, time, type ApiRoute } from "./frame.js";

const sending = z
  .object({
    stopped_at: time().nullable(),
    stopped_by: z.string().nullable(),
    reason: z.string().nullable(),
    waiting: z.int(),
  })
  .meta({ id: "Sending", description: "The one switch that stops all outreach, and how many mails wait." });

async function stateOf(ctx: Parameters<typeof showSending>[0]): Promise<z.input<typeof sending>> {
  const { stoppedAt, stoppedBy, reason, waiting } = await showSending(ctx);
  return { stopped_at: stoppedAt, stopped_by: stoppedBy, reason, waiting };
}

const changed = z.object({ changed: z.boolean() });

/** The one switch by script. */
export const sendingApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/sending",
    tag: "sending",
    summary: "Whether outreach goes out",
    permission: "messages:read",
    answer: sending,
    handler: (ctx) => stateOf(ctx),
  }),
  apiRoute({
    method: "post",
    path: "/sending/stop",
    tag: "sending",
    summary: "Stop all outreach at once",
    description:
      "Once this is answered no further outreach mail begins to go out. Stopping again changes nothing.",
    permission: "sending:stop",
    body: stopSendingCommand,
    answer: changed,
    handler: (ctx, { given }) => stopAllOutreach(ctx, given),
  }),
  apiRoute({
    method: "post",
    path: "/sending/resume",
    tag: "sending",
    summary: "Let outreach go on",
    description: "Waiting mails go out in the order they were due, within caps and windows.",
    permission: "sending:resume",
    answer: changed,
    handler: (ctx) => resumeAllOutreach(ctx),
  }),
];
