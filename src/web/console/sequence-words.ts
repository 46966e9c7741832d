/** Sequences in words: when a mail goes, in which hours, and what an enrolment waits for. */
import type { EnrolmentLine } from "../../domain/outreach/enrolment-views.js";
import type { Approval, SequenceRules } from "../../domain/outreach/sequence.js";
import { placeOf } from "../../domain/outreach/window.js";
import { countryName, formatDateTime } from "../../platform/i18n.js";

/** `0` → "at once", `5` → "5 working days later". */
export function delayWords(days: number, position: number): string {
  if (days === 0) return position === 1 ? "at once" : "at once after the mail before";
  const working = days === 1 ? "1 working day" : `${days} working days`;
  return position === 1 ? `${working} after enrolment` : `${working} later`;
}

/** Whether the mails of a step go by themselves. */
export function approvalWords(approval: Approval): string {
  return approval === "each" ? "each mail is approved" : "automatic";
}

/** The days of the week by their ISO 8601 numbers. */
export const WEEKDAYS = [
  { value: "1", label: "Monday" },
  { value: "2", label: "Tuesday" },
  { value: "3", label: "Wednesday" },
  { value: "4", label: "Thursday" },
  { value: "5", label: "Friday" },
  { value: "6", label: "Saturday" },
  { value: "7", label: "Sunday" },
];

function daysWords(days: readonly number[]): string {
  const sorted = [...new Set(days)].sort((a, b) => a - b);
  const names = sorted.map((day) => WEEKDAYS[day - 1]?.label.slice(0, 3) ?? "");
  const isRun = sorted.length > 2 && sorted.every((day, at) => at === 0 || day === (sorted[at - 1] ?? 0) + 1);
  if (sorted.length === 7) return "every day";
  return isRun ? `${names[0]} to ${names.at(-1)}` : names.join(", ");
}

/** The hours in which mails go out, on the contact's own clock. */
export function windowWords({ window }: Pick<SequenceRules, "window">): string {
  if (window === null) return "At any time";
  if (window === "country") {
    return "Office hours of the contact: 09:00 to 17:00 on the working days there, no public holidays";
  }
  const holidays = window.holidays ? ", no public holidays" : ", also on public holidays";
  return `${window.from} to ${window.to} where the contact is, ${daysWords(window.days)}${holidays}`;
}

/** The rules of a sequence as lines of facts. */
export function ruleRows(rules: SequenceRules, mailbox: string): { name: string; value: string }[] {
  return [
    { name: "Hours", value: windowWords(rules) },
    {
      name: "Organisation",
      value: rules.oneContactPerOrganisation
        ? "One contact of it at a time"
        : "Several contacts of it at once",
    },
    { name: "Mailbox", value: mailbox },
    {
      name: "Ends with",
      value: rules.colleagueEnds
        ? "A reply, a signature, a decline, “stop”, a dead address, or a colleague’s answer"
        : "A reply, a signature, a decline, “stop”, or a dead address",
    },
  ];
}

/** An instant on the clock of a contact: "Tue 2 Mar, 09:00" and where that hangs. */
export function localWords(
  who: { country: string | null; timeZone: string | null },
  at: Date,
): { local: string; where: string; utc: string } {
  const { zone } = placeOf(who);
  const local = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(at);
  const city = (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
  const where = who.timeZone || !who.country ? city : countryName("en", who.country);
  return { local, where, utc: `${formatDateTime("en", at, "day")} UTC` };
}

/** What comes next for an enrolment; nothing once it has ended. */
export function nextWords(line: EnrolmentLine): string {
  if (line.state === "finished") return "";
  const mail = `Mail ${Math.min(line.sent + 1, line.steps)} of ${line.steps}`;
  if (line.nextState === "draft") return `${mail}, to be approved`;
  if (line.nextState === "blocked") return `${mail}, lacks a value`;
  return mail;
}
