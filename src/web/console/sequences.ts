import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import {
  contactsById,
  sequenceFigures,
  stepFigures,
  type StepFigures,
} from "../../domain/outreach/desk-views.js";
import {
  approveBatch,
  browseBatches,
  browseEnrolments,
  dropBatch,
  judgeBatch,
} from "../../domain/outreach/enrolment-service.js";
import type { BatchLine, EnrolmentLine } from "../../domain/outreach/enrolment-views.js";
import { browseHolds } from "../../domain/outreach/hold-service.js";
import { listMailedLetters } from "../../domain/outreach/letter-views.js";
import { listEnrolmentsQuery } from "../../domain/outreach/sequence-commands.js";
import {
  browseSequences,
  changeSequence,
  createSequence,
  showSequence,
  type SequenceFile,
} from "../../domain/outreach/sequence-service.js";
import { moveStep } from "../../domain/outreach/step-writing-service.js";
import { mayDo } from "../../domain/team/permission.js";
import { requirePermission } from "../../domain/team/service.js";
import type { Ctx } from "../../platform/context.js";
import { notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { pageQuery, parse } from "../../platform/schema.js";
import { emptyForm, fieldText, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";
import { enrolmentState, sequenceState } from "./mail-words.js";
import { languageLabel } from "./mail-writing.js";
import { mailboxName } from "./sequence-rules.js";
import { approvalWords, delayWords, localWords, nextWords, ruleRows } from "./sequence-words.js";

const NOWHERE = { country: null, timeZone: null };
const NOTHING_YET: StepFigures = {
  sent: 0,
  bounced: 0,
  replied: 0,
  autoReplied: 0,
  complained: 0,
  signed: 0,
};
const STATE_TABS = [
  { state: "", label: "All" },
  { state: "pending", label: "Not begun" },
  { state: "active", label: "Under way" },
  { state: "paused", label: "Paused" },
  { state: "finished", label: "Ended" },
] as const;

/** Sequences: the list, a new one, and the page of one with its plan and everybody in it. */
export function sequenceRoutes(app: App): Router {
  const router = Router();
  router.param("id", (_req, _res, next, id: string) =>
    isUuid(id) ? next() : next(notFound("sequence.unknown")),
  );

  router.get("/sequences", (req, res) => showList(app, req, res));
  router.get("/sequences/new", async (req, res) => {
    requirePermission(ctxOf(res), "outreach:write");
    await showNew(app, req, res, emptyForm());
  });
  router.post("/sequences", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        const name = fieldText(req.body, "name");
        const { id } = await createSequence(ctxOf(res), { name, letter: fieldText(req.body, "letter") });
        res.redirect(303, `/console/sequences/${id}`);
      },
      (form) => showNew(app, req, res, form, 422),
    );
  });
  router.get("/sequences/:id", (req, res) => showOne(app, req, res));

  const acts: Record<string, (ctx: Ctx, req: Request) => Promise<unknown>> = {
    activate: (ctx, req) => changeSequence(ctx, idOf(req), { to: "active" }),
    move: (ctx, req) => moveStep(ctx, idOf(req), req.body as never),
    stop: (ctx, req) => changeSequence(ctx, idOf(req), { to: "stopped" }),
    "approve-batch": (ctx, req) => approveBatch(ctx, fieldText(req.body, "batch")),
    "drop-batch": (ctx, req) => dropBatch(ctx, fieldText(req.body, "batch")),
  };
  for (const [name, act] of Object.entries(acts)) {
    router.post(`/sequences/:id/${name}`, async (req, res) => {
      await withForm(
        req.body,
        async () => {
          await act(ctxOf(res), req);
          res.redirect(303, `/console/sequences/${idOf(req)}`);
        },
        ({ errors }) => showOne(app, req, res, errors),
      );
    });
  }
  return router;
}

function idOf(req: Request): string {
  return String(req.params["id"]);
}

async function showList(app: App, req: Request, res: Response): Promise<void> {
  const ctx = ctxOf(res);
  requirePermission(ctx, "messages:read");
  const { items, next } = await browseSequences(ctx, parse(pageQuery, { limit: "50", ...req.query }));
  const figures = await sequenceFigures(
    ctx,
    items.map((line) => line.id),
  );
  consolePage(app, req, res, "console/sequences", {
    title: "Sequences",
    mayWrite: mayDo(ctx.actor, "outreach:write"),
    sequences: items.map((line) => ({
      ...line,
      live: line.pending + line.active + line.paused,
      shown: sequenceState(line.state, line.heldSince !== null),
      ...(figures.get(line.id) ?? { replied: 0, trouble: 0, nextAt: null }),
    })),
    older: next ? `/console/sequences?cursor=${encodeURIComponent(next)}` : "",
  });
}

async function showNew(app: App, req: Request, res: Response, form: FormState, status = 200): Promise<void> {
  const letters = await listMailedLetters(ctxOf(res));
  const view = {
    title: "New sequence",
    ...form,
    letters: letters.map((letter) => ({ value: letter.slug, label: letter.title })),
  };
  consolePage(app, req, res, "console/sequence-new", view, { status });
}

async function showOne(
  app: App,
  req: Request,
  res: Response,
  errors: Record<string, string> = {},
): Promise<void> {
  const ctx = ctxOf(res);
  const sequence = await showSequence(ctx, idOf(req));
  const { state, cursor } = parse(listEnrolmentsQuery.pick({ state: true, cursor: true }), { ...req.query });
  const page = await browseEnrolments(ctx, { sequenceId: sequence.id, state, cursor, limit: 50 });
  const mayWrite = mayDo(ctx.actor, "outreach:write");
  const [hold] = await browseHolds(ctx, { scope: "sequence", subjectId: sequence.id });
  const batches = await browseBatches(ctx, { sequenceId: sequence.id });
  const base = `/console/sequences/${sequence.id}`;
  consolePage(
    app,
    req,
    res,
    "console/sequence",
    {
      title: sequence.name,
      errors,
      notice: batchNotice(batches, req.query["batch"]),
      base,
      sequence,
      shown: sequenceState(sequence.state, sequence.heldSince !== null),
      mayWrite: mayWrite && sequence.state !== "stopped",
      hold,
      steps: stepRows(sequence, await stepFigures(ctx, sequence.id)),
      rules: ruleRows(sequence.rules, await mailboxName(ctx, sequence.rules.mailboxId)),
      waiting: await waitingBatches(ctx, batches),
      tabs: tabs(sequence, base, state ?? ""),
      live: sequence.pending + sequence.active + sequence.paused,
      enrolments: await enrolmentRows(ctx, page.items),
      older: page.next
        ? `${base}?${new URLSearchParams({ ...(state ? { state } : {}), cursor: page.next }).toString()}`
        : "",
    },
    { status: Object.keys(errors).length > 0 ? 422 : 200 },
  );
}

/** What came of the enrolment that has just been made. */
function batchNotice(batches: readonly BatchLine[], asked: unknown): string {
  const batch = batches.find((each) => each.id === asked);
  if (!batch) return "";
  const left = batch.leftOut > 0 ? ` ${batch.leftOut} were left out.` : "";
  const done =
    batch.state === "waiting"
      ? `${batch.enrolled} contacts wait for a second person. Nobody has been written to.`
      : `${batch.enrolled} ${batch.enrolled === 1 ? "contact is" : "contacts are"} enrolled.`;
  return done + left;
}

/** The words in English, else in the first language there is. */
function wordsIn(step: SequenceFile["course"][number] | undefined) {
  const texts = step?.texts ?? [];
  return texts.find((text) => text.language === "en") ?? texts[0];
}

function stepRows(sequence: SequenceFile, figures: ReadonlyMap<string, StepFigures>) {
  const subject = wordsIn(sequence.course[0])?.subject ?? "";
  return sequence.course.map((step, at) => {
    const opening = (wordsIn(step)?.body ?? "").replaceAll(/\s+/g, " ");
    return {
      key: step.step_key,
      position: at + 1,
      delay: delayWords(step.delay_days, at + 1),
      approval: approvalWords(step.approval),
      subject,
      opening: opening.length > 90 ? `${opening.slice(0, 90)}…` : opening,
      template: step.library ? { id: step.templateId, name: step.templateName } : undefined,
      languages: step.texts.map((each) => languageLabel(each.language)).join(", "),
      ...(figures.get(step.step_key) ?? NOTHING_YET),
      isFirst: at === 0,
      isLast: at === sequence.course.length - 1,
    };
  });
}

async function waitingBatches(ctx: Ctx, batches: readonly BatchLine[]) {
  const waiting = batches.filter((batch) => batch.state === "waiting");
  return Promise.all(
    waiting.map(async (batch) => ({
      ...batch,
      may: await judgeBatch(ctx, {
        id: batch.id,
        sequence_id: batch.sequenceId,
        created_by: batch.createdById,
        by_script: batch.byScript,
      }),
    })),
  );
}

function tabs(sequence: SequenceFile, base: string, current: string) {
  const { pending, active, paused, finished } = sequence;
  const counts = { "": pending + active + paused + finished, pending, active, paused, finished };
  return STATE_TABS.filter(({ state }) => state === "" || state === current || counts[state] > 0).map(
    ({ state, label }) => ({
      label,
      n: counts[state],
      href: `${state ? `${base}?state=${state}` : base}#enrolled`,
      current: state === current,
    }),
  );
}

/** Enrolments as a table shows them, with the time of the next mail where the contact is. */
export async function enrolmentRows(ctx: Ctx, lines: readonly EnrolmentLine[]) {
  const contacts = await contactsById(
    ctx,
    lines.map((line) => line.contactId),
  );
  return lines.map((line) => {
    const contact = contacts.get(line.contactId);
    const isOver = line.state === "finished";
    return {
      ...line,
      shown: enrolmentState(line.state, line.reason),
      next: nextWords(line),
      when: !isOver && line.nextAt ? localWords(contact ?? NOWHERE, line.nextAt) : undefined,
      isHeld: line.state === "paused",
      isOver,
      who: line.contactName ?? contact?.email ?? "Role address",
    };
  });
}
