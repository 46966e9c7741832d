import { logBacklog, verifyLetterLog } from "../domain/log/verification-service.js";
import { lettersWithLogs } from "../domain/log/views.js";
import { MINUTE } from "../platform/clock.js";
import type { Ctx } from "../platform/context.js";
import type { Finding } from "./finding.js";

/** An event that waits longer than this for its leaf says that no worker runs, or that the log can't be continued. */
const LAG = 5 * MINUTE;

/** Whether each letter's log verifies, and whether the integrator keeps up. */
export async function logFindings(ctx: Ctx): Promise<Finding[]> {
  const letters = await lettersWithLogs(ctx);
  const waiting = await logBacklog(ctx);
  const late = waiting.filter(({ since }) => ctx.clock.now().getTime() - since.getTime() > LAG);
  const findings: Finding[] = late.map(({ n, since }) => ({
    what: "Log",
    verdict: "warning",
    sentence: `${n} events wait for their leaf since ${since.toISOString()}; does a worker run?`,
  }));
  for (const { letterId, slug } of letters) {
    const { size, discrepancies } = await verifyLetterLog(ctx, letterId);
    const [first] = discrepancies;
    findings.push(
      first && !waiting.some((each) => each.letterId === letterId)
        ? { what: "Log", verdict: "fault", sentence: `${slug}: ${first.row}: ${first.sentence}` }
        : { what: "Log", verdict: "ok", sentence: `${slug}: ${size} leaves, all of it fits` },
    );
  }
  return findings;
}
