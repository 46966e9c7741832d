/** What staff see of the guard of sending, and how they let it go on. */
import { DAY, MINUTE } from "../../platform/clock.js";
import type { Ctx } from "../../platform/context.js";
import { timedTransaction } from "../../platform/database-time.js";
import type { SendMark } from "../../platform/send-mark.js";
import { staffId } from "../team/service.js";
import { judgeStanding, type Arming, type Here, type Refusal, type Standing } from "./arming.js";
import { armingOf, hereOf, standingOf, writeArming } from "./guard-service.js";
import {
  listWorkers,
  lockControl,
  readControl,
  updateControl,
  type ControlRow,
  type WorkerRow,
} from "./guard-store.js";
import { armerName } from "./views.js";

/** A worker as shown. */
export interface ShownWorker {
  host: string;
  environment: string;
  seenAt: Date;
  startedAt: Date;
  stoppedAt: Date | null;
  /** Seen within the last minute. */
  isAlive: boolean;
  refusal: Refusal | "time_stepped" | null;
  markNumber: number | null;
}

/** How sending stands. */
export interface SendingSafety {
  arming: (Arming & { armedAt: Date | null; armedBy: string | null }) | undefined;
  standing: Standing;
  /** What the asking process itself knows; several machines may differ. */
  here: Here;
  verdict: "armed" | "fresh" | Refusal;
  workers: ShownWorker[];
  time: { now: Date; mark: Date | null; pausedAt: Date | null; seconds: number | null };
}

const ALIVE = MINUTE;

/** How sending stands, for a page or a command. The caller checks who may see it. */
export async function sendingSafety(ctx: Ctx, mark: SendMark): Promise<SendingSafety> {
  return timedTransaction(ctx, async (tx) => {
    const control = await readControl(tx.db);
    const here = await hereOf(mark);
    const standing = await standingOf(tx, mark, control);
    const now = tx.clock.now();
    const workers = await listWorkers(tx.db, new Date(now.getTime() - DAY));
    const arming = armingOf(control);
    return {
      arming: arming && {
        ...arming,
        armedAt: control?.armed_at ?? null,
        armedBy: await armerName(tx, control?.armed_by ?? null),
      },
      standing,
      here,
      verdict: judgeStanding(standing, here),
      workers: workers.map((row) => show(row, now)),
      time: {
        now,
        mark: control?.time_mark ?? null,
        pausedAt: control?.time_paused_at ?? null,
        seconds: control?.time_step_seconds ?? null,
      },
    };
  });
}

function show(row: WorkerRow, now: Date): ShownWorker {
  return {
    host: row.host,
    environment: row.environment,
    seenAt: row.seen_at,
    startedAt: row.started_at,
    stoppedAt: row.stopped_at,
    isAlive: row.stopped_at === null && now.getTime() - row.seen_at.getTime() < ALIVE,
    refusal: row.refusal,
    markNumber: row.mark_number,
  };
}

/**
 * Says that this database, as it stands now, may send from an environment. Its epoch rises above every one that a
 * machine remembers, so that all of them take the new arming for the later one.
 */
export async function armDatabase(ctx: Ctx, mark: SendMark, environment: string): Promise<Arming> {
  return timedTransaction(ctx, async (tx) => {
    const control: ControlRow = await lockControl(tx.db);
    const known = await listWorkers(tx.db, new Date(0));
    const epoch =
      1 +
      Math.max(
        control.epoch,
        (await mark.read())?.epoch ?? 0,
        ...known.map((worker) => worker.mark_epoch ?? 0),
      );
    return writeArming(tx, environment, epoch, await standingOf(tx, mark, control), staffId(tx));
  });
}

/** Says that the time is right as it reads now. Returns how far it had jumped, in seconds; undefined when it had not. */
export async function confirmTime(ctx: Ctx): Promise<number | undefined> {
  return timedTransaction(ctx, async (tx) => {
    const control = await lockControl(tx.db);
    if (!control.time_paused_at) return undefined;
    const seconds = control.time_step_seconds ?? 0;
    await updateControl(tx.db, {
      time_paused_at: null,
      time_step_seconds: null,
      time_mark: tx.clock.now(),
    });
    return seconds;
  });
}
