import type { Ctx } from "../../platform/context.js";

/** The one switch with what hangs on it. */
export interface SwitchState {
  stoppedAt: Date | null;
  stoppedBy: string | null;
  reason: string | null;
}

/** How the switch stands, with the name of who turned it. The caller checks who may see it. */
export async function switchState(ctx: Ctx): Promise<SwitchState> {
  const row = (await ctx
    .db("sending_control as s")
    .leftJoin("staff as f", "f.id", "s.stopped_by")
    .first("s.stopped_at", "s.stopped_reason", "f.name as stopped_by")) as
    { stopped_at: Date | null; stopped_reason: string | null; stopped_by: string | null } | undefined;
  return {
    stoppedAt: row?.stopped_at ?? null,
    stoppedBy: row?.stopped_by ?? null,
    reason: row?.stopped_reason ?? null,
  };
}

/** How many outreach mails wait for their time or for the switch. */
export async function countWaitingOutreach(ctx: Ctx): Promise<number> {
  const row = (await ctx
    .db("messages")
    .where({ purpose: "outreach", state: "queued" })
    .count({ n: "*" })
    .first()) as { n: number } | undefined;
  return row?.n ?? 0;
}
