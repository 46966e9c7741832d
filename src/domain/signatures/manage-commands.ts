import { z } from "zod";
import { email, optional, text } from "../../platform/schema.js";

/** Why the organisation says that it never signed. */
export const disputeCommand = z.object({ dispute: optional(text(2000)) });

/** To which address the link is wanted again. */
export const linkAgainCommand = z.object({ email: email() });
