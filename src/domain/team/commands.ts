import { z } from "zod";
import { email, line, several, slug, whole } from "../../platform/schema.js";
import { PERMISSIONS, ROLES } from "./permission.js";

/** For which letters: all, or those listed by slug; a list alone means those. */
const reach = {
  reach: z.enum(["all", "listed"], { error: "errors.team.reach" }).optional(),
  letters: several(slug()).optional(),
};

/** Adding a colleague. */
export const addStaffCommand = z.object({
  email: email(),
  name: line(120).optional(),
  role: z.enum(ROLES, { error: "errors.team.role" }),
  ...reach,
});

/** Changing a colleague's role, or letting them go. */
export const changeStaffCommand = z.object({
  role: z.enum(ROLES, { error: "errors.team.role" }).optional(),
  active: z.boolean().optional(),
  ...reach,
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
  ...reach,
});
