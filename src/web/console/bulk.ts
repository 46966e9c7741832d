import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import {
  approveBulk,
  browseBulks,
  cancelBulk,
  countBulk,
  mayApproveBulk,
  removeBulk,
  saveBulk,
  showBulk,
  startBulk,
  undoBulk,
} from "../../domain/review/bulk-service.js";
import { oddItems, type BulkCount, type BulkLine } from "../../domain/review/bulk-views.js";
import { BULK_FROM, mayBulk, type BulkFilter, type BulkState } from "../../domain/review/bulk.js";
import { queueTotals } from "../../domain/review/queue-views.js";
import { needsSecondPerson } from "../../domain/review/second-person.js";
import { openRejectionReasons } from "../../domain/signatures/reason-service.js";
import { reasonSentence } from "../../domain/signatures/rejection-reason.js";
import { mayDo } from "../../domain/team/permission.js";
import { requirePermission } from "../../domain/team/service.js";
import { DomainError } from "../../platform/errors.js";
import { asRecord, emptyForm, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";
import { LANG, say } from "./review-words.js";

const STATES: Record<BulkState, { tone: string; words: string }> = {
  draft: { tone: "wait", words: "Counted, not started" },
  waiting: { tone: "wait", words: "Waits for a second person" },
  running: { tone: "wait", words: "Under way" },
  cancelled: { tone: "off", words: "Stopped" },
  done: { tone: "ok", words: "Done" },
  undoing: { tone: "wait", words: "Being undone" },
  undone: { tone: "off", words: "Undone" },
};

/** Taking many entries off at once: count, keep, start, watch, stop, undo. */
export function bulkRoutes(app: App): Router {
  const router = Router();
  router.get("/bulk", async (req, res) => {
    const ctx = ctxOf(res);
    requirePermission(ctx, "signatures:read");
    consolePage(app, req, res, "console/bulks", {
      title: "Bulk invalidation",
      mayWrite: mayDo(ctx.actor, "signatures:review"),
      bulks: (await browseBulks(ctx)).map((bulk) => lineView(bulk)),
    });
  });
  router.get("/bulk/new", async (req, res) => showNew(app, req, res));
  router.post("/bulk", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        const { id } = await saveBulk(ctxOf(res), conditions(asRecord(req.body)));
        res.redirect(303, `/console/bulk/${id}`);
      },
      (form) => showNew(app, req, res, form),
    );
  });
  router.get("/bulk/:id", async (req, res) => showOne(app, req, res));
  const acts = { start: startBulk, approve: approveBulk, cancel: cancelBulk, undo: undoBulk };
  for (const [name, act] of Object.entries(acts)) {
    router.post(`/bulk/:id/${name}`, async (req, res) => {
      const { id } = req.params;
      await withForm(
        req.body,
        async () => {
          await act(ctxOf(res), id, req.body);
          res.redirect(303, `/console/bulk/${id}`);
        },
        (form) => showOne(app, req, res, form),
      );
    });
  }
  router.post("/bulk/:id/delete", async (req, res) => {
    await removeBulk(ctxOf(res), req.params.id, req.body);
    res.redirect(303, "/console/bulk");
  });
  return router;
}

function conditions(body: Record<string, unknown>): Record<string, unknown> {
  return { ...body, letter: body["letter"] ?? "" };
}

/** The form; once conditions are given it counts what they mean, and nothing else happens. */
async function showNew(app: App, req: Request, res: Response, form?: FormState): Promise<void> {
  const ctx = ctxOf(res);
  requirePermission(ctx, "signatures:review");
  const given = form?.values ?? asRecord(req.query);
  const { count, errors } = await counted(res, given);
  const letters = await queueTotals(ctx);
  consolePage(
    app,
    req,
    res,
    "console/bulk-new",
    {
      title: "New bulk invalidation",
      letters: letters.map(({ letter }) => ({ value: letter, label: letter })),
      doors: [
        { value: "public", label: "Public page" },
        { value: "invitation", label: "Invitation" },
      ],
      states: BULK_FROM.map((state) => ({ value: state, label: say(app, `signatures.state.${state}`) })),
      reasons: (await openRejectionReasons(ctx))
        .filter(({ needsNote }) => !needsNote)
        .map((reason) => ({ value: reason.code, label: reasonSentence(reason, LANG) })),
      count: count && countView(app, count),
      second: count !== undefined && needsSecondPerson(count.total),
      ...emptyForm({ reason_code: "unverifiable", ...given }),
      errors: { ...errors, ...form?.errors },
    },
    { status: form ? 422 : 200 },
  );
}

async function counted(
  res: Response,
  given: Record<string, unknown>,
): Promise<{ count: BulkCount | undefined; errors: Record<string, string> }> {
  const asked = Object.values(given).some((value) => value !== "");
  if (!asked) return { count: undefined, errors: {} };
  try {
    const { summary: _summary, reason_code: _reason, tell_signatories: _tell, ...filter } = given;
    return { count: await countBulk(ctxOf(res), filter), errors: {} };
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== "invalid") throw error;
    return { count: undefined, errors: error.fields };
  }
}

function countView(app: App, count: BulkCount) {
  return {
    total: count.total,
    byState: count.byState.map((each) => ({
      words: say(app, `signatures.state.${each.state}`),
      count: each.count,
    })),
    sample: count.sample.map((each) => ({ ...each, words: say(app, `signatures.state.${each.state}`) })),
  };
}

function lineView(bulk: BulkLine) {
  const done = bulk.invalidated + bulk.rejected + bulk.discarded + bulk.skipped;
  return {
    id: bulk.id,
    summary: bulk.summary,
    ...STATES[bulk.state],
    author: bulk.author ?? "a script",
    items: bulk.items,
    done,
    at: bulk.created_at,
  };
}

async function showOne(app: App, req: Request, res: Response, form?: FormState): Promise<void> {
  const ctx = ctxOf(res);
  const { bulk, count } = await showBulk(ctx, String(req.params["id"]));
  const mayWrite = mayDo(ctx.actor, "signatures:review");
  const approval = await mayApproveBulk(ctx, bulk);
  const line = lineView(bulk);
  consolePage(
    app,
    req,
    res,
    "console/bulk",
    {
      title: bulk.summary,
      bulk: line,
      rowVersion: bulk.row_version,
      progress: {
        label: bulk.state === "undoing" || bulk.state === "undone" ? "Put back" : "Taken off",
        done: bulk.state === "undoing" || bulk.state === "undone" ? bulk.restored + bulk.left : line.done,
        of: bulk.state === "undoing" || bulk.state === "undone" ? line.done - bulk.skipped : bulk.items,
      },
      facts: [
        ...filterWords(app, bulk.filter),
        { name: "Written by", value: line.author },
        { name: "Signatories", value: bulk.tell_signatories ? "are told by mail" : "get no mail" },
      ],
      figures: [
        { name: "Invalidated", value: String(bulk.invalidated) },
        { name: "Rejected", value: String(bulk.rejected) },
        { name: "Thrown away", value: String(bulk.discarded) },
        { name: "Passed by, since they had moved on", value: String(bulk.skipped) },
        { name: "Put back", value: String(bulk.restored) },
        { name: "Left as they are when undone", value: String(bulk.left) },
      ],
      started: bulk.state !== "draft",
      count: count && countView(app, count),
      second: count !== undefined && needsSecondPerson(count.total),
      odd: (await oddItems(ctx, bulk.id)).map((each) => ({ ...each, words: oddWords(app, each.reason) })),
      mayStart: mayWrite && mayBulk(bulk.state, "start"),
      mayApprove: approval !== "no",
      alone: approval === "alone",
      ownOnly: bulk.state === "waiting" && mayWrite && approval === "no",
      mayCancel: mayWrite && mayBulk(bulk.state, "cancel"),
      mayUndo: mayWrite && mayBulk(bulk.state, "undo"),
      mayDelete: mayWrite && mayBulk(bulk.state, "delete"),
      moving: bulk.state === "running" || bulk.state === "undoing",
      ...(form ?? emptyForm()),
    },
    { status: form ? 409 : 200 },
  );
}

const ODD: Record<string, string> = {
  moved_on: "something else has happened to it",
  signed_again: "the organisation has signed again",
  never_confirmed: "nobody had confirmed it",
};

function oddWords(app: App, reason: string): string {
  return ODD[reason] ?? say(app, `signatures.state.${reason}`);
}

function filterWords(app: App, filter: BulkFilter): { name: string; value: string }[] {
  const rows: [string, string | undefined][] = [
    ["Letter", filter.letter],
    ["Submitted from", filter.submitted_from],
    ["Submitted until", filter.submitted_until],
    ["Domain of the address", filter.domain],
    ["Address", filter.address],
    ["Name contains", filter.name],
    ["Network", filter.network],
    ["Came by", filter.door === "public" ? "Public page" : filter.door && "Invitation"],
    ["State", filter.states?.map((state) => say(app, `signatures.state.${state}`)).join(", ")],
  ];
  return rows.flatMap(([name, value]) => (value ? [{ name, value }] : []));
}
