import { z } from "zod";
import { id, line, optional, pageQuery, text } from "../../platform/schema.js";
import { CLASSES } from "../classification/classification.js";

/** The heaps that incoming mail is looked at in. */
export const HEAPS = ["reading", "unmatched", "replies", "automatic", "reports", "all"] as const;

/** One of the heaps. */
export type Heap = (typeof HEAPS)[number];

/** What an incoming mail is. */
export const mailClass = z.enum(CLASSES, { error: "errors.inbound.class" });

/** Which incoming mails to list, newest first; those that wait to be read are listed oldest first. */
export const listInboundQuery = pageQuery.extend({
  heap: z.enum(HEAPS).default("reading").catch("reading"),
  class: optional(mailClass),
});

/** Saying that a mail has been dealt with, or has not. */
export const handleCommand = z.object({ as: z.enum(["handled", "open"]).default("handled") });

/** Saying whom a mail is about: the address of a contact, or the name of an organisation. */
export const assignCommand = z.object({ to: line(300) });

/** Saying what a mail is when the program was wrong. */
export const reclassifyCommand = z.object({ class: mailClass });

/** A person's answer to a person. */
export const answerCommand = z.object({ body: text(20_000), answer_id: optional(id()) });
