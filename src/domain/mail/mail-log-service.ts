import { hostname } from "node:os";
import type { Ctx } from "../../platform/context.js";
import { timedTransaction } from "../../platform/database-time.js";
import { readLogPiece } from "../../platform/log-file.js";
import { readMailLog } from "./mail-log.js";
import { insertLogEntries, lockLogCursor, lockLoggedUncertain, saveLogCursor } from "./mail-log-store.js";
import { changeStates } from "./service.js";
import type { StateChange } from "./store.js";
import type { MailPolicy } from "./verdict-service.js";

const PIECE = 1024 * 1024;
/** As much is read at a time; the rest waits for the next look: 8 MB every few seconds outrun any log. */
const PIECES = 8;
const SETTLED_AT_ONCE = 200;

/**
 * Reads on in the mail server's log, and settles uncertain messages that it shows as accepted. Returns how many were
 * settled. A log that can't be read settles nothing and stops nothing.
 */
export async function settleFromLog(
  ctx: Ctx,
  policy: MailPolicy,
  file: string,
  host: string = hostname(),
): Promise<number> {
  for (let piece = 0; piece < PIECES; piece += 1) {
    try {
      if (!(await readOn(ctx, file, host))) break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
      ctx.log.warn({ err: error }, "the mail server's log can't be read");
      break;
    }
  }
  return timedTransaction(ctx, async (tx) => {
    const found = await lockLoggedUncertain(tx.db, SETTLED_AT_ONCE);
    const changes = found.map(({ id, queue_id: queueId }): StateChange => ({
      id,
      state: "sent",
      reason: "found_in_log",
      token: null,
      reply: `queued as ${queueId}`,
    }));
    const settled = await changeStates(tx, changes, ["uncertain"]);
    await policy.settled(tx, settled);
    return settled.length;
  });
}

/** Takes in one piece of the log. Returns whether there is more. */
async function readOn(ctx: Ctx, file: string, host: string): Promise<boolean> {
  return timedTransaction(ctx, async (tx) => {
    const known = await lockLogCursor(tx.db, host, file);
    const piece = await readLogPiece(file, known, PIECE);
    const { acceptances, pending } = readMailLog(piece.text, known?.pending ?? {});
    await insertLogEntries(tx.db, acceptances, tx.clock.now());
    await saveLogCursor(tx.db, { host, path: file, ...piece.cursor, pending, read_at: tx.clock.now() });
    return piece.more;
  });
}
