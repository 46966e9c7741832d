/** Why a name is refused, in the words of the import contract. */
export type NameRefusal =
  | "MISSING_NAME"
  | "INVALID_ENCODING"
  | "CONTROL_CHARS"
  | "FORMULA_IN_NAME"
  | "MARKUP_IN_NAME"
  | "NAME_TOO_LONG";

/** A name that may stand on a page as it is, or the reason why it may not. */
export type CleanName =
  { ok: true; name: string; invisibleRemoved: boolean } | { ok: false; code: NameRefusal };

export const NAME_LIMIT = 200;
/** Longer texts are no names, whatever is in them. */
const LONGEST_LOOKED_AT = 2000;

/** C0 controls, DEL and line separators; C1 controls are a sign of a wrong encoding. */
const CONTROLS = /[\u0000-\u001f\u007f\u2028\u2029]/u;
const WRONG_ENCODING = /[\ufffd\u0080-\u009f]|\p{Cs}|\p{Cn}/u;
const FORMULA = /^[=+\-@]/u;
const MARKUP = /<\s*[a-z/!?]|&(#\d+|#x[0-9a-f]+|lt|gt|quot|amp);|[a-z][a-z0-9+.-]*:\/\/|\bjavascript:/iu;

/** Format characters, bidirectional controls, joiners, tag characters, fillers and variation selectors. */
const INVISIBLE = /\p{Cf}|\p{Variation_Selector}|\u034f|\u115f|\u1160|\u17b4|\u17b5|\u3164|\uffa0/gu;
const JOINERS = new Set(["\u200c", "\u200d"]);

/** Scripts in which joiners change the shape of words (Unicode UAX #31 §2.3). */
const JOINING_SCRIPT =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Removes characters that nobody sees, except joiners between letters of scripts that need them. */
export function withoutInvisible(text: string): string {
  return text.replace(INVISIBLE, (char, at: number) => {
    const needed = JOINERS.has(char) && isJoining(text, at - 1) && isJoining(text, at + 1);
    return needed ? char : "";
  });
}

function isJoining(text: string, at: number): boolean {
  return JOINING_SCRIPT.test(text.charAt(at));
}

/**
 * A name as it will stand everywhere: Unicode NFC, outer and repeated spaces and invisible characters removed. Names
 * with control characters, markup, addresses of pages, a formula at the beginning or more than 200 characters are
 * refused with a code.
 */
export function cleanName(raw: string): CleanName {
  const trimmed = raw.trim();
  if (trimmed.length > LONGEST_LOOKED_AT) return { ok: false, code: "NAME_TOO_LONG" };
  if (CONTROLS.test(trimmed)) return { ok: false, code: "CONTROL_CHARS" };
  if (WRONG_ENCODING.test(trimmed)) return { ok: false, code: "INVALID_ENCODING" };
  const seen = withoutInvisible(trimmed);
  const name = seen.normalize("NFC").replace(/\s+/gu, " ").trim();
  if (!/[\p{L}\p{N}\p{S}]/u.test(name)) return { ok: false, code: "MISSING_NAME" };
  if (FORMULA.test(name)) return { ok: false, code: "FORMULA_IN_NAME" };
  if (MARKUP.test(name)) return { ok: false, code: "MARKUP_IN_NAME" };
  if (Array.from(name).length > NAME_LIMIT) return { ok: false, code: "NAME_TOO_LONG" };
  return { ok: true, name, invisibleRemoved: seen !== trimmed };
}
