import type { Classification, MailClass } from "../classification/classification.js";

/** What the classifier understood, as kept; `why` where the mail could not be read at all. */
export type Understood = Partial<
  Pick<Classification, "recipients" | "autoReply" | "evidence" | "originalMessageIds">
> & { why?: string; reclassified_from?: MailClass };

/** A thing that was done because of a mail, and what came of it. */
export interface DoneStep {
  do: string;
  at: string;
  detail: Record<string, unknown>;
}
