import type { z } from "zod";
import { MINUTE } from "../../platform/clock.js";
import type { Ctx } from "../../platform/context.js";
import { parse } from "../../platform/schema.js";
import { linkPlaceholder } from "../links/link.js";
import { requestSignInCommand } from "../team/commands.js";
import { signInLinkToKeep } from "../team/service.js";
import { mailToKeep } from "./service.js";
import { insertSignInMail } from "./sign-in-store.js";

const ONE_MAIL_PER = 5 * MINUTE;

/**
 * Mails a one-time sign-in link to a colleague, at most one in five minutes. For an unknown or dismissed address the same
 * statement does nothing, and the asker learns nothing of it. `next` is a path of ours, where they wanted to go.
 */
export async function requestSignIn(
  ctx: Ctx,
  input: z.input<typeof requestSignInCommand>,
  next: string | undefined,
): Promise<void> {
  const { email } = parse(requestSignInCommand, input);
  const link = signInLinkToKeep(ctx);
  const back = next === undefined ? "" : `?next=${encodeURIComponent(next)}`;
  const mail = mailToKeep(ctx, {
    purpose: "transactional",
    sendKey: "",
    template: "sign-in",
    data: { href: `${linkPlaceholder(link.id)}${back}` },
    language: "en",
    to: { email, name: null },
  });
  const slot = Math.floor(ctx.clock.now().getTime() / ONE_MAIL_PER);
  await insertSignInMail(ctx.db, { email, slot, mail, link });
}
