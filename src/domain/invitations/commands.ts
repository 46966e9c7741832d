import { z } from "zod";
import { id, optional, pageQuery, slug } from "../../platform/schema.js";

/** Giving a contact a personal link to a letter. */
export const createInvitationCommand = z.object({ letter: slug(), contact_id: id() });

/** Which invitations to list. */
export const invitationQuery = pageQuery.extend({
  letter: optional(slug()),
  organisation_id: optional(id()),
});
