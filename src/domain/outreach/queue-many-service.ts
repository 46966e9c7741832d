import type { Ctx } from "../../platform/context.js";
import { DomainError, invalid } from "../../platform/errors.js";
import { requirePermission } from "../team/service.js";
import { approveMail } from "./queue-service.js";

/** What came of approving several mails. */
export interface ApprovedMany {
  approved: number;
  /** Those that could not go: the id, and the code of the refusal. */
  refused: { id: string; code: string }[];
}

/**
 * Lets several waiting mails go out as they are, each by itself, so that one that lacks a value or was settled by a
 * colleague holds up no other. Throws invalid when none is named or more than 200.
 */
export async function approveMails(ctx: Ctx, ids: readonly string[]): Promise<ApprovedMany> {
  requirePermission(ctx, "outreach:write");
  if (ids.length === 0) throw invalid("queue.none", { mail: "errors.queue.none" });
  if (ids.length > 200) throw invalid("queue.too_many", { mail: "errors.queue.too_many" });
  const refused: ApprovedMany["refused"] = [];
  for (const id of new Set(ids)) {
    try {
      await approveMail(ctx, id);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      refused.push({ id, code: error.code });
    }
  }
  return { approved: new Set(ids).size - refused.length, refused };
}
