import { TRANSITIONS, type SignatureState } from "../../src/domain/signatures/signature.js";

/** The states from the first after `submitted` to this one, by the shortest way that the table of transitions has. */
export function pathTo(goal: SignatureState): SignatureState[] {
  const ways = new Map<SignatureState, SignatureState[]>([["submitted", []]]);
  for (const [state, way] of ways) {
    for (const { from, to } of TRANSITIONS) {
      if (from === state && !ways.has(to)) ways.set(to, [...way, to]);
    }
  }
  const found = ways.get(goal);
  if (!found) throw new Error(`no way leads to ${goal}`);
  return found;
}
