/** The processes that send: that they are there, and what happens to their mails when they no longer are. */
import { DAY } from "../../platform/clock.js";
import type { Ctx } from "../../platform/context.js";
import { timedTransaction } from "../../platform/database-time.js";
import { isGone, type ProcessIdentity } from "../../platform/process-identity.js";
import type { Guard } from "./guard-service.js";
import { forgetWorkers, saveWorker, workersUnderWay } from "./guard-store.js";
import type { MessageState } from "./message.js";
import { changeStates } from "./service.js";
import { lockMessagesOfWorkers, type StateChange } from "./store.js";
import type { MailPolicy } from "./verdict-service.js";

const REMEMBERED = 7 * DAY;

/** Says that a worker lives, in which environment, and what keeps it from sending; or that it has stopped. */
export async function reportWorker(
  ctx: Ctx,
  guard: Guard,
  identity: ProcessIdentity,
  stopped = false,
): Promise<void> {
  const { worker } = guard;
  if (!worker) return;
  const environment = await guard.mark.nameEnvironment();
  const mark = await guard.mark.read();
  await timedTransaction(ctx, async (tx) => {
    const at = tx.clock.now();
    await saveWorker(tx.db, {
      id: worker.id,
      host: identity.host,
      boot: identity.boot,
      namespace: identity.namespace,
      pid: identity.pid,
      pid_start: identity.pidStart,
      environment,
      mark_epoch: mark?.epoch ?? null,
      mark_number: mark?.number ?? null,
      refusal: worker.halt?.kind === "not_armed" ? worker.halt.refusal : (worker.halt?.kind ?? null),
      started_at: at,
      seen_at: at,
      stopped_at: stopped ? at : null,
    });
    await forgetWorkers(tx.db, new Date(at.getTime() - REMEMBERED));
  });
}

/**
 * Recovers the mails of workers that are provably gone at once, instead of leaving that to their leases: claimed ones
 * are queued again, those that were sending become uncertain. Their leases stay: what a dead process has handed to the
 * network may still arrive, so nobody sends them again before.
 */
export async function recoverFromDead(
  ctx: Ctx,
  policy: MailPolicy,
  isDead: (identity: ProcessIdentity) => boolean = isGone,
): Promise<number> {
  const gone = (await workersUnderWay(ctx.db)).filter((each) => each.stopped || isDead(each));
  if (gone.length === 0) return 0;
  const ids = gone.map(({ id }) => id);
  return timedTransaction(ctx, async (tx) => {
    const claimed = await lockMessagesOfWorkers(tx.db, "claimed", ids);
    const sending = await lockMessagesOfWorkers(tx.db, "sending", ids);
    const back = await changeStates(tx, changesTo("queued", "claim_lapsed", claimed), ["claimed"]);
    const open = await changeStates(tx, changesTo("uncertain", "no_verdict", sending), ["sending"]);
    await policy.settled(tx, open);
    return back.length + open.length;
  });
}

function changesTo(state: MessageState, reason: string, ids: readonly string[]): StateChange[] {
  return ids.map((id) => ({ id, state, reason, token: null }));
}
