import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { requirePermission } from "../team/service.js";
import { changeSiteCommand } from "./commands.js";
import { findSite, setSite, type SiteRow } from "./site-store.js";

/** What holds for the whole site now; everybody may know it. */
export async function siteNow(ctx: Ctx): Promise<SiteRow> {
  return findSite(ctx.db);
}

/** What stands over public pages now: the message, and why nobody can sign; empty for nothing. */
export function siteNotice(site: SiteRow): string {
  return [site.banner, site.signing_paused ? site.pause_message : ""].filter(Boolean).join(" ");
}

/** Sets the whole switch at once: what is left out is off or empty. It holds from the next request on. */
export async function changeSite(ctx: Ctx, input: z.input<typeof changeSiteCommand>): Promise<SiteRow> {
  requirePermission(ctx, "site:manage");
  const command = parse(changeSiteCommand, input);
  return transaction(ctx, async (tx) => {
    const site = await setSite(tx.db, {
      closed: command.closed,
      signing_paused: command.signing_paused,
      pause_message: command.pause_message ?? "",
      banner: command.banner ?? "",
      changed_at: tx.clock.now(),
    });
    const detail = { closed: site.closed, signing_paused: site.signing_paused, banner: site.banner !== "" };
    await record(tx, { action: "site.changed", detail });
    return site;
  });
}
