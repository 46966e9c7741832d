/** An arrow of a diagram, with what brings it about. */
export interface Arrow {
  from: string;
  to: string;
  words?: string;
}

/** A table of steps as the source of a Mermaid state diagram; arrows between the same two states share a line. */
export function stateDiagram(first: string, arrows: readonly Arrow[]): string {
  const words = new Map<string, string[]>();
  for (const { from, to, words: said } of arrows) {
    const arrow = `${from} --> ${to}`;
    words.set(arrow, [...(words.get(arrow) ?? []), ...(said ? [said] : [])]);
  }
  const lines = [...words].map(([arrow, said]) => (said.length > 0 ? `${arrow}: ${said.join(", ")}` : arrow));
  return ["stateDiagram-v2", `  [*] --> ${first}`, ...lines.map((line) => `  ${line}`)].join("\n");
}
