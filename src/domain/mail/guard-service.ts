/** What has to be in order before a mail may leave this machine: the right database, armed, and a time that did not jump. */
import { randomUUID } from "node:crypto";
import { SECOND } from "../../platform/clock.js";
import type { Ctx } from "../../platform/context.js";
import type { SendMark } from "../../platform/send-mark.js";
import { judgeStanding, type Arming, type Halt, type Here, type Standing } from "./arming.js";
import {
  hasAccounts,
  hasEverSent,
  lockControl,
  mayAskServer,
  readControl,
  readStanding,
  updateControl,
  type ControlRow,
} from "./guard-store.js";
import { judgeTime, type TimeWatch } from "./time-step.js";
import type { MailPolicy } from "./verdict-service.js";

/** What guards the sending of a process. */
export interface Guard {
  mark: SendMark;
  /** The mailbox of the settings captures its mail: only mailboxes with accounts of their own send, if there are any. */
  onlyAccounts?: boolean;
  /** Set in a worker: its row, its own sense of time, and what kept it from sending when it last looked. */
  worker?: { id: string; watch: TimeWatch; halt: Halt | undefined };
}

/** The latest good reading is written down this often; no row is written for each look. */
const MARK_EVERY = 10 * SECOND;

/** Whether mails may leave: why not, or under which arming. Without a guard there is none. */
export type Pass = { halt: Halt } | { halt: undefined; arming: Arming | undefined };

/**
 * Looks whether this process may send, inside the transaction that wants to. A fresh database arms itself here.
 * Nothing is asked where mail is captured: it leaves nothing and can't go twice.
 */
export async function askToSend(
  ctx: Ctx,
  { guard, policy }: { guard?: Guard | undefined; policy: MailPolicy },
): Promise<Pass> {
  if (!guard || (guard.onlyAccounts && !(await hasAccounts(ctx.db)))) {
    return { halt: undefined, arming: undefined };
  }
  const control = await readControl(ctx.db);
  const halt = await timeHalt(ctx, guard, policy, control);
  const pass = halt ? { halt } : await armingPass(ctx, guard, control);
  if (guard.worker) guard.worker.halt = pass.halt;
  return pass;
}

async function timeHalt(
  ctx: Ctx,
  { worker }: Guard,
  policy: MailPolicy,
  control: ControlRow | undefined,
): Promise<Halt | undefined> {
  const now = ctx.clock.now();
  const step = control?.time_step_seconds ?? null;
  const memory = {
    mark: control?.time_mark ?? null,
    pausedAt: control?.time_paused_at ?? null,
    step: step === null ? null : step * SECOND,
  };
  const verdict = judgeTime(memory, now, worker?.watch.expected());
  worker?.watch.saw(now);
  switch (verdict.kind) {
    case "paused":
      return { kind: "time_stepped", seconds: step ?? 0 };
    case "stepped": {
      const seconds = Math.round(verdict.by / SECOND);
      await lockControl(ctx.db);
      await updateControl(ctx.db, { time_paused_at: now, time_step_seconds: seconds });
      ctx.log.error({ seconds }, "the time has jumped; nothing is sent until somebody says it is right");
      return { kind: "time_stepped", seconds };
    }
    case "back":
      await updateControl(ctx.db, { time_paused_at: null, time_step_seconds: null, time_mark: now });
      await policy.resumed?.(ctx);
      ctx.log.info({ step }, "the time is in line again");
      return undefined;
    case "steady":
      if (memory.mark === null || now.getTime() - memory.mark.getTime() >= MARK_EVERY) {
        await lockControl(ctx.db);
        await updateControl(ctx.db, { time_mark: now });
      }
      return undefined;
  }
}

async function armingPass(ctx: Ctx, guard: Guard, control: ControlRow | undefined): Promise<Pass> {
  const environment = await guard.mark.nameEnvironment();
  const standing = await standingOf(ctx, guard.mark, control);
  const verdict = judgeStanding(standing, { environment, mark: await guard.mark.read() });
  if (verdict === "armed") return { halt: undefined, arming: standing.arming };
  if (verdict !== "fresh") return { halt: { kind: "not_armed", refusal: verdict } };
  const held = await lockControl(ctx.db);
  // Somebody else may have armed it while we waited for the row.
  if (held.environment !== null) return armingPass(ctx, guard, held);
  const arming = await writeArming(ctx, environment, 1, standing, null);
  ctx.log.info({ environment }, "nothing has been sent from this database: it is armed");
  return { halt: undefined, arming };
}

/** What this machine knows of itself. */
export async function hereOf(mark: SendMark): Promise<Here> {
  return { environment: await mark.environment(), mark: await mark.read() };
}

const mayAsk = new WeakMap<SendMark, boolean>();

/** What the database says of itself, as far as this role may ask. */
export async function standingOf(
  ctx: Ctx,
  mark: SendMark,
  control: ControlRow | undefined,
): Promise<Standing> {
  const may = mayAsk.get(mark) ?? (await mayAskServer(ctx.db));
  mayAsk.set(mark, may);
  const arming = armingOf(control);
  const hasSent = arming ? true : await hasEverSent(ctx.db);
  return { ...(await readStanding(ctx.db, may)), arming, hasSent };
}

/** For whom the database was armed. */
export function armingOf(control: ControlRow | undefined): Arming | undefined {
  if (!control?.environment || !control.arming_id) return undefined;
  return {
    environment: control.environment,
    epoch: control.epoch,
    armingId: control.arming_id,
    systemIdentifier: control.system_identifier,
    timeline: control.timeline,
  };
}

/** Arms the database as it stands now for an environment; part of the transaction that holds its row. */
export async function writeArming(
  ctx: Ctx,
  environment: string,
  epoch: number,
  { systemIdentifier, timeline }: Standing,
  by: string | null,
): Promise<Arming> {
  const armingId = randomUUID();
  await updateControl(ctx.db, {
    environment,
    epoch,
    arming_id: armingId,
    system_identifier: systemIdentifier,
    timeline,
    armed_at: ctx.clock.now(),
    armed_by: by,
  });
  return { environment, epoch, armingId, systemIdentifier, timeline };
}

/**
 * Writes down outside the database how far sending has come under an arming. Called after the commit point and before
 * SMTP begins, and asks the database nothing; throws when it can't be kept, and then nothing may be sent.
 */
export async function raiseMark(
  guard: Guard | undefined,
  arming: Arming | undefined,
  number: number,
): Promise<void> {
  if (guard && arming) await guard.mark.raise({ epoch: arming.epoch, armingId: arming.armingId, number });
}
