/** The rules for all outreach that staff set: how many mails a recipient domain gets, and how often a person. */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict } from "../../platform/errors.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { requirePermission } from "../team/service.js";
import { changeSendingRulesCommand } from "./commands.js";
import {
  findSendingRules,
  lockSendingRules,
  setSendingRules,
  type SendingRules,
} from "./sending-rules-store.js";

/** The rules, for use cases that obey them; asks for no permission. */
export async function sendingRules(ctx: Ctx): Promise<SendingRules> {
  return findSendingRules(ctx.db);
}

/** The rules, as staff sees them. */
export async function showSendingRules(ctx: Ctx): Promise<SendingRules> {
  requirePermission(ctx, "outreach:write");
  return findSendingRules(ctx.db);
}

/**
 * Changes the rules; they hold from the next commit point on, for what waits as well. Throws conflict when somebody
 * else has changed them meanwhile.
 */
export async function changeSendingRules(
  ctx: Ctx,
  input: z.input<typeof changeSendingRulesCommand>,
): Promise<void> {
  requirePermission(ctx, "outreach:write");
  const { row_version: version, ...command } = parse(changeSendingRulesCommand, input);
  await transaction(ctx, async (tx) => {
    const current = await lockSendingRules(tx.db);
    if (current.row_version !== version) throw conflict("sending_rules.stale");
    const given = Object.entries(command).filter(([, value]) => value !== undefined);
    const changed = given.filter(([field, value]) => current[field as keyof typeof command] !== value);
    if (changed.length === 0) return;
    const change: Partial<SendingRules> = Object.fromEntries(changed);
    await setSendingRules(tx.db, change);
    await record(tx, { action: "sending.rules_changed", detail: change });
  });
}
