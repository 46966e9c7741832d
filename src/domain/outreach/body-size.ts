/** Whether a text can be read to its end wherever it goes, found out when it is saved rather than when it is due. */
import { markdown } from "../../platform/markdown.js";
import { LARGEST_HTML } from "../mail/mail-size.js";
import { VARIABLES, VARIABLE_TYPES, fillBody, type Values } from "./template.js";

/** A value as long as they come: a name of 200 characters in a script of three bytes a character. */
const LONG_VALUE = "名".repeat(200);
/** What stands around the text: styles, sender, reason and the links below, in bytes. */
const FRAME = 8_000;

/** Whether a mail with this text would be too large for somebody with long names. */
export function isTooLong(body: string): boolean {
  return Buffer.byteLength(markdown(fillBody(body, longValues()))) + FRAME > LARGEST_HTML;
}

function longValues(): Values {
  const values = VARIABLES.map((name) => {
    const link = `https://letters.example/r/${"x".repeat(60)}`;
    return [name, VARIABLE_TYPES[name] === "link" ? link : LONG_VALUE];
  });
  return Object.fromEntries(values) as Values;
}
