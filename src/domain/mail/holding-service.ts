/** Taking back and holding up mails of which nothing has gone out yet. */
import type { Ctx } from "../../platform/context.js";
import { settleTasksOf } from "../tasks/service.js";
import { UNBEGUN } from "./message.js";
import { changeStates } from "./service.js";
import { type Times } from "./deciding-service.js";
import { lockMessagesOfEnrolments, setFreed, setHeld, type StateChange } from "./store.js";

/** Takes back what has not begun to go out of some enrolments, each with its reason; nobody has to fill in what it lacks. */
export async function cancelEnrolmentMessages(
  ctx: Ctx,
  ends: readonly { id: string; reason: string }[],
): Promise<void> {
  const reasons = new Map(ends.map((end) => [end.id, end.reason]));
  const rows = await lockMessagesOfEnrolments(ctx.db, [...reasons.keys()]);
  const changes = rows.map((row): StateChange => {
    const reason = reasons.get(row.enrolment_id ?? "") ?? null;
    return { id: row.id, state: "cancelled", reason, token: null };
  });
  const taken = await changeStates(ctx, changes, UNBEGUN);
  await settleTasksOf(
    ctx,
    "blocked_message",
    taken.map(({ id }) => id),
  );
}

/** Keeps what has not begun to go out of some enrolments from becoming due, or lets it go on. */
export async function holdEnrolmentMessages(
  ctx: Ctx,
  enrolmentIds: readonly string[],
  reason: string | null,
): Promise<void> {
  const rows = await lockMessagesOfEnrolments(ctx.db, enrolmentIds);
  await setHeld(
    ctx.db,
    rows.map((row) => row.id),
    reason,
  );
}

/** Lets what was held of some enrolments go on, each mail at the time that `timesFor` gives it. */
export async function freeEnrolmentMessages(
  ctx: Ctx,
  enrolmentIds: readonly string[],
  timesFor: (enrolmentId: string, dueAt: Date) => Times,
): Promise<void> {
  const rows = await lockMessagesOfEnrolments(ctx.db, enrolmentIds);
  await setFreed(
    ctx.db,
    rows.map((row) => ({ id: row.id, ...timesFor(row.enrolment_id ?? "", row.due_at) })),
  );
}
