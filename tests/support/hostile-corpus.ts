import { BEFORE, HOSTILE_NAMES, SCRIPTS } from "./hostile-names.js";

/** More places that a text may stand in and has to be got out of, beside those of the names. */
const CONTEXTS = [...BEFORE, `"}</script>`, `</p></td></tr></table>`, `</svg>`, `]]></content>`];

const hex = (char: string): string => (char.codePointAt(0) ?? 0).toString(16);

/** Ways to write the same thing so that something on the way may turn it back. */
const ENCODINGS: readonly ((text: string) => string)[] = [
  (text) => text.toUpperCase(),
  (text) => text.replaceAll(/[<>"'&]/g, (char) => `&#${char.codePointAt(0)};`),
  (text) => text.replaceAll(/[<>"'&]/g, (char) => `&#x${hex(char)}`),
  (text) => text.replaceAll(/[<>"'&]/g, (char) => `&amp;#x${hex(char)};`),
  (text) => encodeURIComponent(text),
  (text) => encodeURIComponent(encodeURIComponent(text)),
  (text) => text.replaceAll(/[<>"'&]/g, (char) => `\\u${hex(char).padStart(4, "0")}`),
  (text) => text.replaceAll(/[<>"'&]/g, (char) => `\\x${hex(char)}`),
  (text) => text.replaceAll(/[<>]/g, (char) => (char === "<" ? "＜" : "＞")),
  (text) => text.replaceAll("<", "<<"),
  (text) => text.replaceAll(" ", "\t").replaceAll("=", "\n="),
  (text) => text.replaceAll(" ", "/").replaceAll("(1)", "`1`"),
];

/** What Unicode adds that nobody sees, or that turns the rest round. */
const TRICKS: readonly ((text: string) => string)[] = [
  (text) => `\u202e${text}`,
  (text) => `\u2067${text}`,
  (text) => `\ufeff${text}`,
  (text) => text.replaceAll("<", "<\u200b"),
  (text) => text.replaceAll("<", "<\u0301"),
  (text) => text.replaceAll("s", "ſ").replaceAll("k", "\u212a"),
  (text) => `${text}\u{1f6f0}\ufe0f\u200d`,
  (text) => `${text}\u0001\u001f\u007f\u0085`,
];

/** Thousands of strings that want to be more than a text: each place, each script, each way to write it. Always the same. */
export const HOSTILE_CORPUS: readonly string[] = [
  ...new Set([
    ...HOSTILE_NAMES,
    ...CONTEXTS.flatMap((before) =>
      SCRIPTS.flatMap((script) => ENCODINGS.map((write) => write(before + script))),
    ),
    ...SCRIPTS.flatMap((script) =>
      TRICKS.flatMap((hide) => [hide(script), hide(`">${script}`), hide(`'>${script}`)]),
    ),
  ]),
];
