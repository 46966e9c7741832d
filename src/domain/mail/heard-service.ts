import type { Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import type { HeardEvent } from "./heard-event.js";
import { insertEvents } from "./store.js";

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
