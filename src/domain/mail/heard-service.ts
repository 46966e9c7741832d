import type { Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import type { HeardEvent } from "./heard-event.js";
import { changeStates } from "./service.js";
import { insertEvents } from "./store.js";
import type { PolicyMessage } from "./verdict-service.js";

/** Keeps beside a message what was heard of it: a delivery report, an answer. `detail` holds no personal data. */
export async function noteHeard(
  ctx: Ctx,
  messageId: string,
  kind: HeardEvent,
  detail: Record<string, unknown>,
): Promise<void> {
  const at = ctx.clock.now();
  await insertEvents(ctx.db, [{ id: newId(ctx.clock), message_id: messageId, at, kind, detail }]);
}

/**
 * Settles an uncertain message as sent because of what was heard of it. Returns the message, for those who have to know;
 * nothing where it is not uncertain, or was settled a moment before. Belongs in an open transaction.
 */
export async function settleHeard(ctx: Ctx, messageId: string): Promise<PolicyMessage[]> {
  const change = { id: messageId, state: "sent", reason: "heard_of", token: null } as const;
  return changeStates(ctx, [change], ["uncertain"]);
}
