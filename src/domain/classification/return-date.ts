import { MONTH_PATTERN, folded, monthNumber } from "./month-names.js";

/**
 * The first day on which somebody is back, read from the words of an out-of-office reply in Arabic, Chinese, English,
 * French, German, Italian, Dutch, Japanese, Portuguese, Russian and Spanish. "Until 3 May" and "from 1 to 3 May" name
 * the last day away, so the day after is meant; "back on 4 May" names the day itself.
 */
export interface ReturnDate {
  /** ISO 8601 date. */
  date: string;
  /** The words it was read from. */
  saw: string;
}

interface Day {
  year: number | undefined;
  month: number;
  day: number;
}

/** Longest absence that is believed; beyond it a date is a typing error or about something else. */
const LONGEST_DAYS = 400;

/** A date as people write one; at most 40 characters. */
const DATE = [
  String.raw`\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?`,
  String.raw`(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]`,
  String.raw`\d{1,2}(?:st|nd|rd|th|er|º|°|\.|-го|ого)?\s{0,2}(?:of |de |do |di )?(?:${MONTH_PATTERN})\.?(?![\p{L}])(?:\s{0,2}(?:de |of |,)?\s?\d{4})?`,
  String.raw`(?:${MONTH_PATTERN})\.?\s{1,2}\d{1,2}(?:st|nd|rd|th)?(?!\d)(?:,?\s{1,2}\d{4})?`,
  String.raw`\d{1,2}\s?[./-]\s?\d{1,2}(?:\s?[./-]\s?\d{2,4}|\.)?(?!\d)`,
].join("|");

/** Up to three words (a weekday, an article, "including") may stand between the sign and the date. */
const BETWEEN = String.raw`[\s:,(]{0,3}(?:[\p{L}.']{1,14}[\s,(]{1,3}){0,4}?(?<![\p{L}])`;

/** Words that come before the day of return. */
const BACK = [
  "(?:i(?:'ll| will| shall)? )?(?:be )?(?:back|return(?:ing)?|returned|available again|resume)(?: (?:to|in) (?:the |my )?(?:office|work|desk))?",
  "(?:de )?retour(?: au bureau)?",
  "(?:je )?(?:reviendrai|rentrerai|serai de retour|serai de nouveau)",
  "(?:wieder|zuruck)(?: im (?:buro|haus))?(?: (?:erreichbar|da|fur sie da))?",
  "(?:estare|estaremos) de (?:vuelta|regreso)|regres(?:o|are|aremos)|volver[eé]|vuelvo|me reincorporo",
  "(?:estarei|estou) de volta|retorn(?:o|arei|aremos)|volt(?:o|arei|aremos)|regress(?:o|arei)",
  "(?:вернусь|вернемся|вернется|возвращаюсь|выиду на работу|снова (?:буду )?(?:доступен|доступна|на работе)|буду на (?:работе|месте|связи))",
  "(?:sar[oò] di (?:ritorno|nuovo)|rientr(?:o|ero)|torn(?:o|ero))",
  "(?:ben )?(?:ik )?weer (?:terug|bereikbaar|aanwezig)|terug",
  "(?:ساعود|ساكون متاحا|العودة|اعود|عودتي)",
].join("|");

/** Words that come before the last day away. */
const UNTIL = [
  "until|till|til|through|thru|up to|to and including",
  "jusqu['e]?\\s?(?:au|a|aux|en)?",
  "bis(?: (?:zum|einschliesslich|einschließlich|inkl\\.?))?",
  "hasta(?: el)?",
  "ate(?: o| a| ao)?",
  "до|по",
  "fino a[l']{0,2}",
  "tot(?: en met)?|t/m",
  "حتى|حتي|لغاية|إلى|الى",
].join("|");

const BACK_ON = new RegExp(`(?<![\\p{L}])(?:${BACK})${BETWEEN}(${DATE})`, "u");
const UNTIL_DAY = new RegExp(`(?<![\\p{L}])(?:${UNTIL})${BETWEEN}(${DATE})`, "u");
const RANGE = new RegExp(
  `(${DATE})\\s{0,2}(?:-|–|—|to|au|bis|al?|ao|по|до|tot|إلى|الى|至|到|~|から)\\s{0,2}(?:the |le |el |zum )?(${DATE})`,
  "u",
);
/** "July 10-31", "10-31 July", "du 3 au 15 mars", "from 3 to 15 March". */
const SHORT_RANGE = new RegExp(
  `(?:(${MONTH_PATTERN})\\.?\\s{1,2}\\d{1,2}\\s?(?:-|–|to)\\s?(\\d{1,2})(?![\\d/])|(?<!\\d)\\d{1,2}\\.?\\s{0,2}(?:-|–|to|au|bis|al?|ao|по)\\s{0,2}(?:the |el )?(\\d{1,2}\\.?(?:st|nd|rd|th)?\\s{0,2}(?:of |de )?(?:${MONTH_PATTERN})))`,
  "u",
);
/** Chinese and Japanese put the sign before or after. */
const CHINESE_UNTIL = new RegExp(`(?:直到|到|至|截至)\\s?(${DATE})|(${DATE})\\s?(?:まで|为止|之前)`, "u");
const CHINESE_BACK = new RegExp(
  `(?:将于|於|于|在)?\\s?(${DATE})\\s?(?:[（(].{1,4}[)）])?\\s?(?:返回|回来|回到|恢复|上班|复工|以降|に(?:戻|出社|復帰)|より(?:通常|出社))`,
  "u",
);

/** Reads the day of return; `sent` is the date of the mail (ISO 8601), which settles the year. */
export function readReturnDate(text: string, sent: string | undefined): ReturnDate | undefined {
  const words = folded(text.slice(0, 8000)).replace(/\s+/g, " ");
  const order = monthFirst(words) ? "month" : "day";
  const from = sent === undefined ? undefined : new Date(sent);
  const found: (readonly [RegExpExecArray | null, number])[] = [
    [BACK_ON.exec(words), 0],
    [CHINESE_BACK.exec(words), 0],
    [RANGE.exec(words), 1],
    [SHORT_RANGE.exec(words), 1],
    [UNTIL_DAY.exec(words), 1],
    [CHINESE_UNTIL.exec(words), 1],
  ];
  for (const [match, later] of found) {
    if (!match) continue;
    const day = dayOf(lastDate(match), order);
    const date = day && iso(day, later, from);
    if (date !== undefined) return { date, saw: match[0] };
  }
  return undefined;
}

function lastDate(match: RegExpExecArray): string {
  const groups = match.slice(1).filter((each) => each !== undefined);
  const last = groups.at(-1) ?? "";
  return /^\d{1,2}$/.test(last) ? `${last} ${groups[0] ?? ""}` : last;
}

/** Americans write the month first; a text that says "4/15" or is plainly American English does. */
function monthFirst(words: string): boolean {
  if (/(?<!\d)(?:1[3-9]|2\d|3[01])\/\d{1,2}(?!\d)/.test(words)) return false;
  if (/(?<!\d)\d{1,2}\/(?:1[3-9]|2\d|3[01])(?!\d)/.test(words)) return true;
  return (
    /\b(?:i (?:am|will)|i'm|out of (?:the )?office|vacation|until|return)\b/.test(words) &&
    /\d\/\d/.test(words)
  );
}

function dayOf(text: string, order: "month" | "day"): Day | undefined {
  const whole = /^(\d{4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,2})/.exec(text);
  if (whole) return { year: Number(whole[1]), month: Number(whole[2]), day: Number(whole[3]) };
  const chinese = /^(\d{1,2})月(\d{1,2})/.exec(text);
  if (chinese) return { year: undefined, month: Number(chinese[1]), day: Number(chinese[2]) };
  const year = /(?<!\d)(\d{4})(?!\d)/.exec(text)?.[1];
  const name = new RegExp(MONTH_PATTERN, "u").exec(text)?.[0];
  const month = name === undefined ? undefined : monthNumber(name);
  if (month !== undefined) {
    const day = /(?<!\d)(\d{1,2})(?!\d)/.exec(text)?.[1];
    return day === undefined ? undefined : { year: year ? Number(year) : undefined, month, day: Number(day) };
  }
  const numbers = /^(\d{1,2})\s?([./-])\s?(\d{1,2})(?:\s?[./-]\s?(\d{2,4}))?/.exec(text);
  if (!numbers) return undefined;
  const [first, second] = [Number(numbers[1]), Number(numbers[3])];
  const american = (order === "month" && numbers[2] === "/" && first <= 12) || second > 12;
  const given = numbers[4];
  return {
    year: given === undefined ? undefined : Number(given.length === 2 ? `20${given}` : given),
    month: american ? first : second,
    day: american ? second : first,
  };
}

/** The day, `later` days on, in the year that makes it a plausible return after the mail. */
function iso(day: Day, later: number, from: Date | undefined): string | undefined {
  const years =
    day.year !== undefined ? [day.year] : from ? [from.getUTCFullYear(), from.getUTCFullYear() + 1] : [];
  for (const year of years) {
    const date = new Date(Date.UTC(year, day.month - 1, day.day));
    if (date.getUTCMonth() !== day.month - 1 || day.day < 1) return undefined;
    date.setUTCDate(date.getUTCDate() + later);
    const days = from ? (date.getTime() - from.getTime()) / 86_400_000 : 1;
    if (days > -1 && days < LONGEST_DAYS) return date.toISOString().slice(0, 10);
  }
  return undefined;
}
