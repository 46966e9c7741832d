/** What is new in a reply: quoted mails, the lines that lead them in, and signatures are cut off for reading. */

/**
 * "On …, … wrote:" in our seven languages and German: how such a line begins and how it ends. Two small patterns instead
 * of one with two stretches of anything, whose time would grow with the square of a line's length.
 */
const LEAD_INS: readonly [RegExp, RegExp][] = [
  [/^on\s.*\d/i, /\bwrote\s*:$/i],
  [/^le\s.*\d/i, /\ba\s+écrit\s*:$/i],
  [/^el\s.*\d/i, /\bescribi[óo]\s*:$/i],
  [/^(em|a)\s.*\d/i, /\bescreveu\s*:$/i],
  [/^am\s.*\d/i, /\bschrieb\b[^:]*:$/i],
  [/\d/, /\s(пишет|писала?|написала?)\s*:$/iu],
  [/\d/, /(写道|寫道)\s*[:：]$/u],
  [/^(في|بتاريخ|يوم)\s/u, /كتبت?(\s[^:：]*)?\s*[:：]$/u],
  [/\d{4}/, /<[^<>\s]+@[^<>\s]+>\s*[:：]$/u],
];

/** Lines that head a forwarded or quoted mail by themselves. */
const DIVIDERS: readonly RegExp[] = [
  /^-{2,}\s*(original message|forwarded message|message d'origine|message d’origine|message transféré|mensaje original|mensaje reenviado|mensagem original|mensagem encaminhada|ursprüngliche nachricht|weitergeleitete nachricht|исходное сообщение|пересылаемое сообщение|原始邮件|原邮件|转发的邮件|الرسالة الأصلية|رسالة أصلية)\s*-{2,}$/iu,
  /^-{5,}\s*原始邮件\s*-{5,}$/u,
];

const RULE = /^[_-]{10,}$/;
/** The head of a mail as Outlook puts it above what it quotes: two of these lines within four. */
const FROM_LINE = /^\*?(from|de|von|от|发件人|寄件者|من)\s?\*?\s*[:：]/iu;
const OTHER_LINES =
  /^\*?(sent|date|to|subject|cc|envoyé|à|objet|date|enviado|enviada em|para|asunto|assunto|fecha|data|gesendet|an|betreff|datum|отправлено|кому|тема|дата|发送时间|收件人|主题|日期|تاريخ الإرسال|إلى|الموضوع|التاريخ)\s?\*?\s*[:：]/iu;

/** Lines that many programs put under a mail by themselves. */
const MOBILE =
  /^(sent from my|get outlook for|envoyé de mon|enviado desde mi|enviado do meu|von meinem .{1,30} gesendet|отправлено с|发自我的|أرسلت من)/iu;

/** A mail's text with what is new in it. */
export interface ReplyText {
  /** What the person wrote. The whole text where everything looks quoted. */
  fresh: string;
  /** Whether something was cut off. */
  cut: boolean;
}

const MOST_LINES = 5000;

/** Cuts quotes, their lead-in and signatures off a plain text. Answers between quoted lines stay. */
export function replyText(text: string): ReplyText {
  const all = text.replaceAll(/\r\n?/g, "\n").split("\n").slice(0, MOST_LINES);
  const lines = all.slice(0, endOf(all));
  const kept = trimSignature(lines.filter((_line, index) => !isQuoted(lines, index)));
  const fresh = kept
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
  const whole = text.replaceAll(/\r\n?/g, "\n").trim();
  return fresh === "" ? { fresh: whole, cut: false } : { fresh, cut: fresh.length < whole.length };
}

/** Where a quoted mail begins that goes on to the end, or the number of lines. */
function endOf(lines: readonly string[]): number {
  const ends = endsOfTalk(lines);
  const found = lines.findIndex((line, index) => {
    const here = line.trim();
    if (here === "") return false;
    if (DIVIDERS.some((each) => each.test(here))) return true;
    if (isOutlookHead(lines, index)) return true;
    const leading = leadIn(lines, index);
    return leading > 0 && !isAnsweredBelow(ends, index + leading);
  });
  if (found < 0) return lines.length;
  const above = lines[found - 1]?.trim() ?? "";
  return RULE.test(above) ? found - 1 : found;
}

function isOutlookHead(lines: readonly string[], index: number): boolean {
  if (!FROM_LINE.test(lines[index]?.trim() ?? "")) return false;
  const next = lines.slice(index + 1, index + 6).map((line) => line.trim());
  return next.filter((line) => OTHER_LINES.test(line)).length >= 2;
}

/** How many lines lead in a quote here, 0 for none. */
function leadIn(lines: readonly string[], index: number): number {
  const one = lines[index]?.trim() ?? "";
  if (one.length > 400) return 0;
  if (matches(one)) return 1;
  const two = lines[index + 1]?.trim() ?? "";
  if (two === "" || two.startsWith(">") || one.length + two.length > 400) return 0;
  return matches(`${one} ${two}`) ? 2 : 0;
}

function matches(line: string): boolean {
  return /[:：]$/u.test(line) && LEAD_INS.some(([start, end]) => start.test(line) && end.test(line));
}

/** What a text that is answered line by line ends with: looked up once, since every line may lead in a quote. */
interface EndsOfTalk {
  /** For each line, where the next quoted one is; the number of lines where there is none. */
  nextQuoted: readonly number[];
  /** The last line that somebody wrote, -1 for none. */
  lastOwn: number;
}

function endsOfTalk(lines: readonly string[]): EndsOfTalk {
  const nextQuoted: number[] = [];
  let next = lines.length;
  let lastOwn = -1;
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const line = lines[index]?.trim() ?? "";
    if (line.startsWith(">")) next = index;
    else if (lastOwn < 0 && line !== "" && !isSignatureLine(line)) lastOwn = index;
    nextQuoted[index] = next;
  }
  return { nextQuoted, lastOwn };
}

/** Whether somebody answers between or below the quoted lines: then the rest can't be cut off whole. */
function isAnsweredBelow({ nextQuoted, lastOwn }: EndsOfTalk, from: number): boolean {
  const quoted = nextQuoted[from];
  return quoted !== undefined && quoted < nextQuoted.length && lastOwn > quoted;
}

function isQuoted(lines: readonly string[], index: number): boolean {
  const here = lines[index]?.trim() ?? "";
  if (here.startsWith(">")) return true;
  return leadIn(lines, index) > 0 || (index > 0 && leadIn(lines, index - 1) === 2);
}

function isSignatureLine(line: string): boolean {
  return line === "--" || MOBILE.test(line);
}

/** Cuts at the signature's own line (RFC 3676 §4.3), and what phones add. */
function trimSignature(lines: readonly string[]): string[] {
  const at = lines.findIndex((line) => /^--\s?$/.test(line));
  const above = at < 0 ? lines : lines.slice(0, at);
  return above.filter((line) => !MOBILE.test(line.trim()));
}
