import { z } from "zod";
import { changeSiteCommand } from "../../domain/letters/commands.js";
import { changeSite, siteNow } from "../../domain/letters/site-service.js";
import { apiRoute, time, type ApiRoute } from "./frame.js";

const site = z
  .object({
    closed: z.boolean().meta({ description: "The public site answers 503; console and API go on." }),
    signing_paused: z.boolean(),
    pause_message: z.string(),
    banner: z.string(),
    changed_at: time().nullable(),
  })
  .meta({ id: "Site" });

function present(row: Awaited<ReturnType<typeof siteNow>>) {
  const { closed, signing_paused, pause_message, banner, changed_at } = row;
  return { closed, signing_paused, pause_message, banner, changed_at };
}

/** What holds for the whole site: the pause of all signing, and the standing message. */
export const siteApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/site",
    tag: "letters",
    summary: "Whether signing is paused everywhere, and the standing message",
    permission: "letters:read",
    answer: site,
    handler: async (ctx) => present(await siteNow(ctx)),
  }),
  apiRoute({
    method: "put",
    path: "/site",
    tag: "letters",
    summary: "Pause or resume all signing at once, and set the standing message",
    description: "What is left out is off or empty.",
    permission: "site:manage",
    body: changeSiteCommand,
    answer: site,
    handler: async (ctx, { given }) => present(await changeSite(ctx, given)),
  }),
];
