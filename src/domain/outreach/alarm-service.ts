/** The tasks that say that nothing is sent at present. */
import type { Ctx } from "../../platform/context.js";
import type { Halt } from "../mail/arming.js";
import { createTask, settleTasks } from "../tasks/service.js";

/** There is one sending, so that each of its alarms is about the same thing. */
const SENDING = "00000000-0000-7000-8000-000000000000";

/** Puts the task there that asks a person to look; once, however often sending is tried. */
export async function halted(ctx: Ctx, halt: Halt): Promise<void> {
  const detail = halt.kind === "not_armed" ? { reason: halt.refusal } : { seconds: halt.seconds };
  const kind = halt.kind === "not_armed" ? "arm_sending" : "time_stepped";
  await createTask(ctx, { kind, subjectId: SENDING, detail });
}

/** Time is in line again: nobody needs to look. */
export async function resumed(ctx: Ctx): Promise<void> {
  await settleTasks(ctx, "time_stepped", SENDING);
}

/** The database has been armed by a person. */
export async function armed(ctx: Ctx): Promise<void> {
  await settleTasks(ctx, "arm_sending", SENDING);
}
