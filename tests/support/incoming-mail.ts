import type { IncomingMail } from "../../src/domain/classification/incoming-mail.js";

/** A mail as the parser would hand it over: from Ines at an invented operator, sent on a Monday in April 2026. */
export function incomingMail(
  change: Partial<Omit<IncomingMail, "headers">> & { headers?: Record<string, string> } = {},
): IncomingMail {
  const { headers = {}, ...rest } = change;
  return {
    from: { name: "Ines Falk", address: "ines@orbit.example" },
    to: [{ name: "", address: "letter@forum.example" }],
    subject: "Re: Open letter",
    date: "2026-04-20T08:00:00.000Z",
    messageId: "<reply@orbit.example>",
    inReplyTo: [],
    references: [],
    text: "",
    textFrom: "text",
    parts: [],
    truncated: false,
    ...rest,
    headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
  };
}
