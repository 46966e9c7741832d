import type { Ctx } from "../../platform/context.js";
import { revokeLinks } from "../links/service.js";
import { listInvitationsOfContact } from "./store.js";

/** Ends the personal links of a contact. For use cases of higher concepts, which have asked for the permission. */
export async function revokeInvitationsOf(ctx: Ctx, contactId: string): Promise<void> {
  for (const id of await listInvitationsOfContact(ctx.db, contactId))
    await revokeLinks(ctx, "invitation", id);
}
