import type { Actor, Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import { insertActivity, type ActivityRow } from "./store.js";

/** An act worth keeping: what was done (`signature.accepted`) and to which rows. No personal data in `detail`. */
export interface Act {
  action: string;
  letterId?: string | null | undefined;
  organisationId?: string | null | undefined;
  contactId?: string | null | undefined;
  subjectId?: string | null | undefined;
  detail?: Record<string, unknown>;
}

/** An act as a row of the table, for whoever keeps it in a statement of their own. */
export function actToKeep(ctx: Ctx, act: Act) {
  return {
    id: newId(ctx.clock),
    at: ctx.clock.now(),
    ...actorColumns(ctx.actor),
    action: act.action,
    letter_id: act.letterId ?? null,
    organisation_id: act.organisationId ?? null,
    contact_id: act.contactId ?? null,
    subject_id: act.subjectId ?? null,
    detail: act.detail ?? {},
  };
}

/** Keeps acts in the record that audit page and timelines read; belongs in the transaction of the act itself. */
export async function record(ctx: Ctx, ...acts: Act[]): Promise<void> {
  await insertActivity(
    ctx.db,
    acts.map((act): ActivityRow => actToKeep(ctx, act)),
  );
}

function actorColumns(actor: Actor): Pick<ActivityRow, "actor_kind" | "actor_id" | "actor_name"> {
  switch (actor.kind) {
    case "staff":
    case "token":
      return { actor_kind: actor.kind, actor_id: actor.id, actor_name: actor.name };
    case "company":
      return { actor_kind: "company", actor_id: actor.id, actor_name: null };
    case "public":
      return { actor_kind: "public", actor_id: null, actor_name: null };
    case "system":
      return { actor_kind: "system", actor_id: null, actor_name: actor.name };
  }
}
