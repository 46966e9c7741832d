import { z } from "zod";
import { email, line, several, whole } from "../../platform/schema.js";
import { PERMISSIONS, ROLES } from "./permission.js";

/** Adding a colleague. */
export const addStaffCommand = z.object({
  email: email(),
  name: line(120).optional(),
  role: z.enum(ROLES, { error: "errors.team.role" }),
});

/** Changing a colleague's role, or letting them go. */
export const changeStaffCommand = z.object({
  role: z.enum(ROLES, { error: "errors.team.role" }).optional(),
  active: z.boolean().optional(),
  /** As it was when the asker last looked; a stale one is refused. */
  row_version: whole(1, 2_147_483_647),
});

/** Asking for a sign-in link by mail. */
export const requestSignInCommand = z.object({ email: email() });

/** Making a token for scripts. */
export const createTokenCommand = z.object({
  name: line(80),
  scopes: several(z.enum(PERMISSIONS, { error: "errors.team.scope" })).pipe(
    z.array(z.enum(PERMISSIONS)).min(1, "errors.team.scope"),
  ),
});
