import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, notFound } from "../../platform/errors.js";
import { newId } from "../../platform/ids.js";
import { record } from "../activity/service.js";
import { requirePermission, staffId } from "../team/service.js";
import { insertTasks, lockTask, setTaskDone, setTasksDone, wipeTaskDetails } from "./store.js";
import { taskDueAt, type TaskKind } from "./task.js";

/** A thing for a person to do. `subjectId` is the row it is about; one task per kind and subject is open at a time. */
export interface NewTask {
  kind: TaskKind;
  letterId?: string | null;
  organisationId?: string | null;
  contactId?: string | null;
  subjectId?: string | null;
  detail?: Record<string, unknown>;
  /** Unset: by the kind's own rule. */
  dueAt?: Date;
}

/** Puts a task on the list, and returns its id; undefined when the same one is already open. */
export async function createTask(ctx: Ctx, task: NewTask): Promise<string | undefined> {
  const [id] = await createTasks(ctx, [task]);
  return id;
}

/** The same for many things at once. Returns the ids of those that are new. */
export async function createTasks(ctx: Ctx, tasks: readonly NewTask[]): Promise<string[]> {
  const at = ctx.clock.now();
  const rows = tasks.map((task) => ({
    id: newId(ctx.clock),
    kind: task.kind,
    letter_id: task.letterId ?? null,
    organisation_id: task.organisationId ?? null,
    contact_id: task.contactId ?? null,
    subject_id: task.subjectId ?? null,
    detail: task.detail ?? {},
    due_at: task.dueAt ?? taskDueAt(task.kind, at),
    created_at: at,
    done_at: null,
    done_by: null,
  }));
  return [...(await insertTasks(ctx.db, rows))];
}

/** Ticks a task off. Throws not_found for an unknown one, conflict if it is done already. */
export async function finishTask(ctx: Ctx, id: string): Promise<void> {
  requirePermission(ctx, "tasks:write");
  await transaction(ctx, async (tx) => {
    const task = await lockTask(tx.db, id);
    if (!task) throw notFound("task.unknown");
    if (task.done_at) throw conflict("task.done");
    await setTaskDone(tx.db, id, tx.clock.now(), staffId(tx));
    await record(tx, {
      action: "task.done",
      letterId: task.letter_id,
      organisationId: task.organisation_id,
      contactId: task.contact_id,
      subjectId: id,
      detail: { kind: task.kind },
    });
  });
}

/** Ticks off what has settled itself, e.g. the review of a signature that has been decided. */
export async function settleTasks(ctx: Ctx, kind: TaskKind, subjectId: string): Promise<void> {
  await settleTasksOf(ctx, kind, [subjectId]);
}

/** The same for many things at once. */
export async function settleTasksOf(ctx: Ctx, kind: TaskKind, subjectIds: readonly string[]): Promise<void> {
  if (subjectIds.length === 0) return;
  await setTasksDone(ctx.db, kind, subjectIds, ctx.clock.now(), staffId(ctx));
}

/** Takes a person out of the tasks about them; a look at their basis is not asked for any more. */
export async function erasePersonFromTasks(
  ctx: Ctx,
  person: { contactId: string; words: readonly string[] },
): Promise<void> {
  await settleTasks(ctx, "recheck_basis", person.contactId);
  await wipeTaskDetails(ctx.db, person);
}
