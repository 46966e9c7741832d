import { saveBulk } from "../domain/review/bulk-service.js";
import { writeNote } from "../domain/review/note-service.js";
import { queueOf } from "../domain/review/queue-views.js";
import { addScreeningRule } from "../domain/review/screening-service.js";
import { writeSignerMail } from "../domain/review/signer-mail-service.js";
import type { Ctx } from "../platform/context.js";
import { DEMO_LETTER } from "./letter.js";

/** What a reviewer leaves on the desk: a note, a line of the lists, a count that was not started, a mail not yet sent. */
export async function leaveOnDesk(reviewer: Ctx): Promise<void> {
  const [first] = await queueOf(reviewer, null);
  if (first) {
    await writeNote(reviewer, first.id, {
      staff_note: "Telephoned; the director is back on Monday.",
      tags: "call back",
    });
  }
  await addScreeningRule(reviewer, {
    verdict: "hold",
    kind: "domain",
    pattern: "*.throwaway.example",
    note: "Two false entries in spring.",
  });
  await saveBulk(reviewer, {
    summary: "False entries of the throw-away domain",
    domain: "throwaway.example",
  });
  await writeSignerMail(reviewer, DEMO_LETTER.slug, {
    subject: "How the letter goes",
    body: "Thank you for signing.\n\nMore organisations have joined; the list is on the public page.",
  });
}
