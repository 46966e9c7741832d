import { transaction, type Ctx } from "../../platform/context.js";
import { invalid } from "../../platform/errors.js";
import type { SendMark } from "../../platform/send-mark.js";
import { record } from "../activity/service.js";
import type { Arming } from "../mail/arming.js";
import { armDatabase, confirmTime, sendingSafety, type SendingSafety } from "../mail/safety-service.js";
import { requirePermission } from "../team/service.js";
import { armed, resumed } from "./alarm-service.js";

/** How sending stands: the database, the machines, the time. */
export async function readSafety(ctx: Ctx, mark: SendMark): Promise<SendingSafety> {
  requirePermission(ctx, "messages:read");
  return sendingSafety(ctx, mark);
}

const ENVIRONMENT = /^[\w.-]{1,80}$/;

/** Lets this database, as it stands now, send from an environment: after a restore, a move, a change of servers. */
export async function armSending(ctx: Ctx, mark: SendMark, environment: string): Promise<Arming> {
  requirePermission(ctx, "sending:arm");
  if (!ENVIRONMENT.test(environment)) {
    throw invalid("form.invalid", { environment: "errors.field.invalid" });
  }
  return transaction(ctx, async (tx) => {
    const before = await sendingSafety(tx, mark);
    const arming = await armDatabase(tx, mark, environment);
    await armed(tx);
    await record(tx, {
      action: "sending.armed",
      detail: {
        environment,
        epoch: arming.epoch,
        instead_of: before.verdict,
        number: before.standing.number,
      },
    });
    return arming;
  });
}

/** Lets sending go on after the time has jumped: somebody has looked, and it is right now. */
export async function acceptTime(ctx: Ctx): Promise<void> {
  requirePermission(ctx, "sending:arm");
  await transaction(ctx, async (tx) => {
    const seconds = await confirmTime(tx);
    await resumed(tx);
    if (seconds !== undefined) await record(tx, { action: "sending.time_accepted", detail: { seconds } });
  });
}
