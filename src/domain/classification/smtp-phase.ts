import type { SmtpPhase } from "./reply-rule.js";

const NAMES: readonly (readonly [RegExp, SmtpPhase])[] = [
  [/^(?:end of|final) data|^data|^bdat|^body|^\./i, "data"],
  [/^rcpt|^recipient/i, "rcpt"],
  [/^(?:pipelined |pipelining )?(?:mail|sender)/i, "mail"],
  [/^ehlo|^helo|^lhlo/i, "ehlo"],
  [/^auth/i, "auth"],
  [/^pipelined (?:rcpt)/i, "rcpt"],
  [/^pipelined (?:data)|^pipelined end of data/i, "data"],
  [/^initial connection|^greeting|^conn|^starttls/i, "connect"],
];

/** Where programs say at which command the server refused; each captures the command. */
const PLACES: readonly RegExp[] = [
  // Postfix
  /in reply to ((?:end of )?[a-z]+(?: [a-z]+)?)\s+command/i,
  // Exim
  /(?:remote mail server|error from \S{1,80}|server) after ((?:pipelined )?[a-z]+(?: of data| connection| from| to)?)/i,
  // DragonFly
  /did not like our ((?:final )?[a-z]+)/i,
  // Yahoo
  /\[((?:rcpt_to|mail_from|data|body|ehlo|connect)\w*)\]/i,
  // Trend Micro
  /sent <<< ([a-z]+)/i,
  // m-FILTER
  /smtp command\s{1,4}([a-z]+)/i,
  // Amazon, Gmail, others that name the command in the sentence
  /(?:response to|reply to|after sending|command was|in response to) (?:the )?"?((?:end of )?(?:data|rcpt|mail|ehlo|helo|auth))\b/i,
];

function named(word: string): SmtpPhase | undefined {
  return NAMES.find(([pattern]) => pattern.test(word))?.[1];
}

/** The command that was answered with a refusal, as far as the words around it tell. */
export function phaseIn(text: string): SmtpPhase | undefined {
  const line = text.slice(0, 20_000).replace(/\s+/g, " ");
  for (const place of PLACES) {
    const phase = named(place.exec(line)?.[1] ?? "");
    if (phase) return phase;
  }
  return qmailPhase(text) ?? gmailPhase(text) ?? transcriptPhase(text);
}

/** qmail-remote says in its own words how far it came. */
function qmailPhase(text: string): SmtpPhase | undefined {
  if (/but sender was rejected/i.test(text)) return "mail";
  if (/does not like recipient/i.test(text)) return "rcpt";
  if (/failed (?:after|on) (?:i sent the message|data command)|failed after i sent/i.test(text))
    return "data";
  if (/but greeting failed|but my name was rejected/i.test(text)) return "connect";
  return undefined;
}

/** Gmail's old reports name the state of its session: 14 is RCPT, 15 and up come after it. */
function gmailPhase(text: string): SmtpPhase | undefined {
  const state = /\(state (\d\d?)\)/i.exec(text)?.[1];
  if (state === "14") return "rcpt";
  return state !== undefined && Number(state) >= 15 ? "data" : undefined;
}

/** Transcripts of sendmail: the last command (`>>>`) before the first refusal (`<<<`). */
function transcriptPhase(text: string): SmtpPhase | undefined {
  let last: SmtpPhase | undefined;
  for (const line of text.split("\n").slice(0, 400)) {
    const sent = /^\s{0,8}(?:>>>|In:)\s{0,4}(.{1,20})/.exec(line)?.[1];
    if (sent !== undefined) last = named(sent) ?? last;
    if (/^\s{0,8}(?:<<<|Out:)\s{0,4}[45]\d\d/.test(line) && last) return last;
  }
  return undefined;
}
