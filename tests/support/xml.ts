import { XMLValidator } from "fast-xml-parser";

/** What keeps a text from being well-formed XML; empty for one that is. */
export function xmlFaults(text: string): string[] {
  const verdict = XMLValidator.validate(text);
  return verdict === true ? [] : [`line ${verdict.err.line}: ${verdict.err.msg}`];
}
