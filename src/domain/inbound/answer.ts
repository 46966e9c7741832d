import type { MailClass } from "../classification/classification.js";

/** Whether a mail of a class may be from a person: machines and reports are not answered (RFC 3834 §2). */
export function isPersons(mailClass: MailClass): boolean {
  return mailClass === "human_reply" || mailClass === "unclassified";
}

/** "Re:" in the languages that mail programs write it in, also counted: `Re[2]:`. */
const PREFIXES =
  /^\s*(?:(?:re|aw|sv|vs|antw|ant|res|rép|rif|odp|回复|回覆|答复|رد)(?:\[\d+\])?\s*[:：]\s*)+/iu;

/** The subject of an answer: "Re: " once, whatever stood there before. */
export function replySubject(subject: string): string {
  const bare = subject.replace(PREFIXES, "").trim();
  return `Re: ${bare === "" ? "your mail" : bare}`;
}

/** A Message-ID that we put into a mail of ours: printable ASCII only, whatever the stranger's mail had. */
const OWN_ID = /<[!-;=?-~]{1,500}>/g;
const MOST_REFERENCES = 30;

/** What makes an answer stand in its thread: the id of the mail it answers, and the ids before that (RFC 5322 §3.6.4). */
export function threadOf(mail: {
  internet_id: string | null;
  headers: readonly { name: string; value: string }[];
}): { inReplyTo: string | null; references: string[] } {
  if (!mail.internet_id || mail.internet_id.replace(OWN_ID, "") !== "")
    return { inReplyTo: null, references: [] };
  const idsIn = (name: string) =>
    mail.headers
      .filter((header) => header.name === name)
      .flatMap((header) => header.value.match(OWN_ID) ?? []);
  const before = idsIn("references");
  const earlier = before.length > 0 ? before : idsIn("in-reply-to").slice(0, 1);
  const all = [...new Set([...earlier, mail.internet_id])];
  // The first one names the thread; of a long one the middle may go (RFC 5537 §3.4.4).
  const kept = all.length > MOST_REFERENCES ? [...all.slice(0, 1), ...all.slice(1 - MOST_REFERENCES)] : all;
  return { inReplyTo: mail.internet_id, references: kept };
}
