import { isTimeZone } from "../../platform/calendar.js";

/** A time zone by its name in the IANA database, as `America/Los_Angeles`; undefined when there is none of this name. */
export function parseTimeZone(text: string): string | undefined {
  const name = text.trim().replaceAll(" ", "_");
  return name.length <= 64 && isTimeZone(name) ? name : undefined;
}
