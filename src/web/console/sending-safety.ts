import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { REFUSAL_SENTENCES } from "../../domain/mail/refusal-words.js";
import type { SendingSafety, ShownWorker } from "../../domain/mail/safety-service.js";
import { countMessages, listMessages } from "../../domain/mail/views.js";
import { acceptTime, armSending, readSafety } from "../../domain/outreach/arming-service.js";
import { mayDo } from "../../domain/team/permission.js";
import { fieldText } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";
import { reasonWords } from "./mail-words.js";

const SHOWN = 50;

/** Whether mail may leave, and what keeps it: the database, the machines, the time, the mails nobody is sure of. */
export function sendingSafetyRoutes(app: App): Router {
  const router = Router();
  router.get("/sending/safety", (req, res) => showSafety(app, req, res));
  router.post("/sending/arm", async (req, res) => {
    await armSending(ctxOf(res), app.mark, fieldText(req.body, "environment"));
    res.redirect(303, "/console/sending/safety?armed=1");
  });
  router.post("/sending/time", async (_req, res) => {
    await acceptTime(ctxOf(res));
    res.redirect(303, "/console/sending/safety?time=1");
  });
  return router;
}

async function showSafety(app: App, req: Request, res: Response): Promise<void> {
  const ctx = ctxOf(res);
  const safety = await readSafety(ctx, app.mark);
  const uncertain = await listMessages(ctx, { state: "uncertain", limit: SHOWN });
  const total = (await countMessages(ctx)).get("uncertain") ?? 0;
  const captures = app.mailer.transport === "capture";
  const refusal = captures ? undefined : refusalOf(safety);
  consolePage(app, req, res, "console/sending-safety", {
    title: "What may send",
    notice: noticeOf(req),
    captures,
    now: safety.time.now,
    refusal: refusal ? REFUSAL_SENTENCES[refusal.reason] : "",
    asksArming: refusal !== undefined && refusal.reason !== "time_stepped",
    environment: refusal?.environment ?? "",
    mayArm: mayDo(ctx.actor, "sending:arm"),
    step: safety.time.seconds === null ? "" : stepWords(safety.time.seconds),
    compared: comparison(safety, refusal?.worker),
    armed: armedWords(safety),
    workers: safety.workers.map((worker) => ({ ...worker, state: workerState(worker) })),
    uncertain: uncertain.items.map((line) => ({ ...line, why: reasonWords(line.reason) })),
    total,
    more: total - uncertain.items.length,
    log: app.config.mtaLogFile ?? "",
  });
}

interface ShownRefusal {
  reason: NonNullable<ShownWorker["refusal"]>;
  environment: string;
  worker: ShownWorker | undefined;
}

/** The workers know best: this process may run on another machine. Where none was seen, it speaks for itself. */
function refusalOf({ workers, verdict, here, time }: SendingSafety): ShownRefusal | undefined {
  const alive = workers.filter(({ isAlive }) => isAlive);
  const worker = alive.find(({ refusal }) => refusal !== null && refusal !== "time_stepped");
  if (worker?.refusal) return { reason: worker.refusal, environment: worker.environment, worker };
  if (time.seconds !== null) return { reason: "time_stepped", environment: "", worker: undefined };
  if (alive.length > 0 || verdict === "armed" || verdict === "fresh") return undefined;
  return { reason: verdict, environment: here.environment ?? "", worker: undefined };
}

function comparison({ arming, standing, here }: SendingSafety, worker: ShownWorker | undefined) {
  const mark = worker ? worker.markNumber : (here.mark?.number ?? null);
  const rows = [
    {
      name: "Environment",
      armed: arming?.environment ?? "–",
      now: worker?.environment ?? here.environment ?? "no name yet",
    },
    {
      name: "PostgreSQL server and database",
      armed: arming?.systemIdentifier ?? "–",
      now: standing.systemIdentifier ?? "not told",
    },
    {
      name: "Timeline of the server",
      armed: String(arming?.timeline ?? "–"),
      now: String(standing.timeline ?? "not told"),
    },
    {
      name: "Mails that passed their commit point",
      armed: mark === null ? "–" : `at least ${mark}`,
      now: String(standing.number),
      differs: mark !== null && standing.number < mark,
    },
  ];
  return rows.map((row) => ({
    ...row,
    differs: row.differs ?? (row.armed !== "–" && row.armed !== row.now),
  }));
}

function armedWords({ arming }: SendingSafety) {
  return arming?.armedAt ? { at: arming.armedAt, by: arming.armedBy ?? "" } : null;
}

function workerState(worker: ShownWorker) {
  if (worker.stoppedAt) return { kind: "off", words: "Stopped" };
  if (!worker.isAlive) return { kind: "bad", words: "Not seen for a minute" };
  if (worker.refusal) return { kind: "bad", words: "Sends nothing" };
  return { kind: "ok", words: "At work" };
}

function stepWords(seconds: number): string {
  const size = Math.abs(seconds);
  const words =
    size >= 7200 ? `${Math.round(size / 3600)} hours` : `${Math.max(2, Math.round(size / 60))} minutes`;
  return `${words} ${seconds < 0 ? "backwards" : "forwards"}`;
}

function noticeOf(req: Request): string {
  if (req.query["armed"] === "1") return "This database may send. What was due goes out now.";
  return req.query["time"] === "1" ? "The time is taken as right. Sending goes on." : "";
}
