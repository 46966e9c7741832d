import { Router } from "express";
import type { App } from "../../app.js";
import { taskQuery } from "../../domain/tasks/commands.js";
import { finishTask } from "../../domain/tasks/service.js";
import { countOpenTasks, openTasks, type TaskLine } from "../../domain/tasks/views.js";
import { mayDo } from "../../domain/team/permission.js";
import { parse } from "../../platform/schema.js";
import { ctxOf } from "../request.js";
import { consolePage, onlyFor } from "./layout.js";
import { taskName } from "./report-words.js";

/** What only a person can settle: the list, and ticking off. */
export function taskRoutes(app: App): Router {
  const router = Router();
  router.get("/tasks", onlyFor("organisations:read"), async (req, res) => {
    const ctx = ctxOf(res);
    const { cursor } = parse(taskQuery.pick({ cursor: true }), { ...req.query });
    const [{ items, next }, { open, late }] = [await openTasks(ctx, { cursor }), await countOpenTasks(ctx)];
    consolePage(app, req, res, "console/tasks", {
      title: "Tasks",
      notice: req.query["done"] === "1" ? "Ticked off." : "",
      tasks: items.map(shownTask),
      open,
      late,
      mayFinish: mayDo(ctx.actor, "tasks:write"),
      older: next ?? "",
    });
  });
  router.post("/tasks/:id/done", async (req, res) => {
    await finishTask(ctxOf(res), req.params.id);
    res.redirect(303, "/console/tasks?done=1");
  });
  return router;
}

function shownTask(task: TaskLine): Record<string, unknown> {
  return {
    id: task.id,
    what: taskName(task.kind),
    href: settledAt(task),
    organisationId: task.organisationId ?? "",
    organisationName: task.organisationName ?? "",
    contactName: task.contactName ?? "",
    dueAt: task.dueAt,
    late: task.late,
  };
}

/** Tasks that an incoming mail made, and that its page helps with. */
const ABOUT_INBOUND: ReadonlySet<string> = new Set([
  "answer_reply",
  "mail_refused",
  "organisation_unreachable",
  "complaint",
  "answer_challenge",
  "left_company",
  "find_contact",
]);

/** Where the task can be settled, if there is such a page. */
function settledAt({ kind, subjectId, detail }: TaskLine): string {
  if (!subjectId) return "";
  if (kind === "review_signature" || kind === "suspicious_entry") return `/console/review/${subjectId}`;
  if (kind === "settle_dispute") return `/console/review/${subjectId}/statements`;
  if (["review_statement", "correct_name", "entry_reported"].includes(kind)) return "/console/statements";
  if (typeof detail["signature"] === "string") return `/console/review/${detail["signature"]}/evidence`;
  if (kind === "recheck_basis") return `/console/contacts/${subjectId}`;
  if (ABOUT_INBOUND.has(kind) && typeof detail["inbound"] === "string") {
    return `/console/inbox/${detail["inbound"]}`;
  }
  if (kind === "reading_paused") return "/console/inbox#readers";
  if (kind === "mailbox_paused") return `/console/mailboxes/${subjectId}`;
  return kind.endsWith("_message") || kind === "mail_refused" ? `/console/messages/${subjectId}` : "";
}
