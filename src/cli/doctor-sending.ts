/** The doctor's look at sending: environment, arming, workers, uncertain mails, time, the mail server's log. */
import { access, constants } from "node:fs/promises";
import { REFUSAL_SENTENCES } from "../domain/mail/refusal-words.js";
import type { SendingSafety } from "../domain/mail/safety-service.js";
import { sendingSafety } from "../domain/mail/safety-service.js";
import { countMessages } from "../domain/mail/views.js";
import { MINUTE, systemClock, type Clock } from "../platform/clock.js";
import type { Config } from "../platform/config.js";
import type { Ctx } from "../platform/context.js";
import type { Db } from "../platform/db.js";
import { silentLog } from "../platform/log.js";
import { fileSendMark } from "../platform/send-mark.js";
import { createKeys } from "../platform/tokens.js";
import type { Finding } from "./finding.js";
import { COMMAND_LINE } from "./session.js";

/** The context in which the doctor looks. */
export function doctorCtx(config: Config, db: Db): Ctx {
  return {
    db,
    clock: systemClock(),
    log: silentLog(),
    keys: createKeys(config.secretKey),
    settings: { publicUrl: config.publicUrl, mailFrom: config.mailFrom },
    actor: COMMAND_LINE,
  };
}

/** Everything about sending that a person may have to do something about. */
export async function sendingFindings(config: Config, db: Db): Promise<Finding[]> {
  const ctx = doctorCtx(config, db);
  const safety = await sendingSafety(ctx, fileSendMark(config.dataDir, config.environment));
  const uncertain = (await countMessages(ctx)).get("uncertain") ?? 0;
  const sends = config.smtpUrl !== undefined;
  return [
    armingFinding(safety, sends),
    ...(sends ? [workerFinding(safety)] : []),
    uncertainFinding(uncertain),
    timeFinding(safety, ctx.clock),
    ...(config.mtaLogFile === undefined ? [] : [await logFinding(config.mtaLogFile)]),
  ];
}

function armingFinding({ arming, here, verdict }: SendingSafety, sends: boolean): Finding {
  const what = "Environment";
  const name = here.environment ?? "no name yet";
  if (verdict === "armed") return { what, verdict: "ok", sentence: `${name}, armed (${arming?.epoch ?? 0})` };
  if (verdict === "fresh")
    return { what, verdict: "ok", sentence: `${name}; arms itself with the first mail` };
  const sentence = `${name}: ${REFUSAL_SENTENCES[verdict]} Nothing is sent until you run "npx countersign arm".`;
  return { what, verdict: sends ? "fault" : "warning", sentence };
}

function workerFinding({ workers }: SendingSafety): Finding {
  const what = "Worker";
  const alive = workers.filter((worker) => worker.isAlive);
  const refused = alive.find((worker) => worker.refusal !== null);
  if (refused?.refusal) {
    return {
      what,
      verdict: "fault",
      sentence: `on ${refused.host} sends nothing: ${REFUSAL_SENTENCES[refused.refusal]}`,
    };
  }
  if (alive.length > 0) return { what, verdict: "ok", sentence: `${alive.length} at work` };
  const last = workers[0];
  return {
    what,
    verdict: "warning",
    sentence: last
      ? `none at work; the last was seen at ${last.seenAt.toISOString()}`
      : "none was seen within a day",
  };
}

function uncertainFinding(count: number): Finding {
  const what = "Uncertain mails";
  return count === 0
    ? { what, verdict: "ok", sentence: "none" }
    : { what, verdict: "warning", sentence: `${count} wait for somebody to find out whether they arrived` };
}

function timeFinding({ time }: SendingSafety, clock: Clock): Finding {
  const what = "Clock";
  if (time.seconds !== null) {
    return {
      what,
      verdict: "fault",
      sentence: `the time has jumped by ${time.seconds} seconds; sending waits for "npx countersign arm --time"`,
    };
  }
  const apart = clock.now().getTime() - time.now.getTime();
  return Math.abs(apart) > 2 * MINUTE
    ? {
        what,
        verdict: "warning",
        sentence: `this machine and the database are ${Math.round(apart / 1000)} seconds apart`,
      }
    : { what, verdict: "ok", sentence: "this machine and the database agree" };
}

async function logFinding(file: string): Promise<Finding> {
  const what = "Mail server's log";
  try {
    await access(file, constants.R_OK);
    return { what, verdict: "ok", sentence: file };
  } catch {
    return { what, verdict: "warning", sentence: `MTA_LOG_FILE can't be read: ${file}` };
  }
}
