import { invalid } from "../../platform/errors.js";
import { letterClauses } from "../../platform/markdown.js";

/** Throws invalid where a text has no clause of this number; saying none is right for every text. */
export function checkClause(clause: number | undefined, bodyMd: string): void {
  if (clause === undefined) return;
  if (letterClauses(bodyMd).some(({ number }) => number === clause)) return;
  throw invalid("form.invalid", { reservation_clause: "errors.statements.no_clause" });
}
