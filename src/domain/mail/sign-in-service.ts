import type { z } from "zod";
import { MINUTE } from "../../platform/clock.js";
import { transaction, type Ctx } from "../../platform/context.js";
import { linkPlaceholder } from "../links/link.js";
import type { requestSignInCommand } from "../team/commands.js";
import { signInLinkFor } from "../team/service.js";
import { queueMail } from "./service.js";

const ONE_MAIL_PER = 5 * MINUTE;

/**
 * Mails a one-time sign-in link to a colleague, at most one in five minutes. For an unknown or dismissed address nothing
 * happens, and the asker learns nothing of it. `next` is a path of ours, where they wanted to go.
 */
export async function requestSignIn(
  ctx: Ctx,
  input: z.input<typeof requestSignInCommand>,
  next: string | undefined,
): Promise<void> {
  await transaction(ctx, async (tx) => {
    const found = await signInLinkFor(tx, input);
    if (!found) return;
    const { staff, link } = found;
    const slot = Math.floor(tx.clock.now().getTime() / ONE_MAIL_PER);
    const back = next === undefined ? "" : `?next=${encodeURIComponent(next)}`;
    await queueMail(tx, {
      purpose: "transactional",
      sendKey: `sign-in:${staff.id}:${slot}`,
      template: "sign-in",
      data: { name: staff.name, href: `${linkPlaceholder(link.id)}${back}` },
      language: "en",
      to: { email: staff.email, name: staff.name },
    });
  });
}
