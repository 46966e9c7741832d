import { z } from "zod";
import { taskQuery } from "../../domain/tasks/commands.js";
import { finishTask } from "../../domain/tasks/service.js";
import { TASK_KINDS } from "../../domain/tasks/task.js";
import { openTasks, type TaskLine } from "../../domain/tasks/views.js";
import { apiRoute, listOf, time, type ApiRoute } from "./frame.js";

const task = z
  .object({
    id: z.uuid(),
    kind: z.enum(TASK_KINDS),
    letter: z.string().nullable(),
    organisation_id: z.uuid().nullable(),
    organisation: z.string().nullable(),
    contact_id: z.uuid().nullable(),
    due_at: time(),
    created_at: time(),
    late: z.boolean(),
  })
  .meta({ id: "Task", description: "A thing that only a person can settle." });

function show(line: TaskLine): z.input<typeof task> {
  return {
    id: line.id,
    kind: line.kind,
    letter: line.letterSlug,
    organisation_id: line.organisationId,
    organisation: line.organisationName,
    contact_id: line.contactId,
    due_at: line.dueAt,
    created_at: line.createdAt,
    late: line.late,
  };
}

/** Tasks by script: what is open, and ticking it off. */
export const taskApi: ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/tasks",
    tag: "tasks",
    summary: "List open tasks, the one due first on top",
    permission: "tasks:write",
    query: taskQuery,
    answer: listOf(task),
    handler: async (ctx, { query }) => {
      const { organisation_id, ...rest } = query;
      const { items, next } = await openTasks(ctx, { ...rest, organisationId: organisation_id });
      return { items: items.map(show), next };
    },
  }),
  apiRoute({
    method: "post",
    path: "/tasks/{id}/done",
    tag: "tasks",
    summary: "Tick a task off",
    permission: "tasks:write",
    params: z.object({ id: z.uuid() }),
    handler: (ctx, { params }) => finishTask(ctx, params.id),
  }),
];
