import { z } from "zod";
import type { App } from "../../app.js";
import { deliverLetterCommand } from "../../domain/delivery/commands.js";
import { deliverLetter } from "../../domain/delivery/service.js";
import { apiRoute, made, type ApiRoute } from "./frame.js";

/** Handing a letter over. */
export function deliveryApi(app: App): readonly ApiRoute[] {
  return [
    apiRoute({
      method: "post",
      path: "/letters/{slug}/delivery",
      tag: "letters",
      summary: "Record that a letter was handed over",
      description:
        "Keeps its PDF and JSON with their SHA-256 and moves it to delivered. 409 before 24 hours after its end, and with entries in review that left_out does not list, each with its id and a reason. Signatories are then told by mail.",
      permission: "letters:publish",
      params: z.object({ slug: z.string() }),
      body: deliverLetterCommand,
      answer: made,
      status: 201,
      handler: (ctx, { params, given }) => deliverLetter(ctx, app.messages, params.slug, given),
    }),
  ];
}
