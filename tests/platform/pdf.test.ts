import { inflateSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { printPdf, visualRuns, type Block } from "../../src/platform/pdf.js";
import { faceRuns } from "../../src/platform/pdf-fonts.js";

const frame = {
  title: "A letter",
  author: "Somebody",
  language: "en",
  direction: "ltr" as const,
  madeAt: new Date("2027-01-02T00:00:00Z"),
  footer: "A letter",
};

function print(blocks: readonly Block[]): Promise<Buffer> {
  return printPdf({ ...frame, blocks });
}

/** What is drawn on the pages, unpacked. */
async function contentStreams(blocks: readonly Block[]): Promise<string[]> {
  const file = (await print(blocks)).toString("latin1");
  return [...file.matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)].flatMap((match) => {
    try {
      const text = inflateSync(Buffer.from(match[1] ?? "", "latin1")).toString("latin1");
      return /\bEMC\b/.test(text) && /\bBT\b/.test(text) ? [text] : [];
    } catch {
      return [];
    }
  });
}

describe("a printed page", () => {
  it("is the same to the byte when it says the same, and another when it does not", async () => {
    const blocks: Block[] = [
      { kind: "title", text: "A letter" },
      { kind: "text", text: "We ask for a ban. 我们呼吁 нас ندعو" },
    ];
    const first = await print(blocks);
    expect((await print(blocks)).equals(first)).toBe(true);
    expect((await print([...blocks, { kind: "text", text: "More" }])).equals(first)).toBe(false);
  });

  it("is tagged and names its language and title for those who hear it read out", async () => {
    const text = (await print([{ kind: "title", text: "A letter" }])).toString("latin1");
    expect(text).toContain("/MarkInfo");
    expect(text).toMatch(/\/Lang \(en\)/);
    expect(text).toContain("/StructTreeRoot");
    expect(text).toContain("/DisplayDocTitle true");
  });

  it("goes on over as many pages as it takes", async () => {
    const entries = Array.from({ length: 120 }, (_, index): Block => ({
      kind: "entry",
      text: `Organisation ${index}`,
      details: ["Chile", "Signed"],
    }));
    const text = (await print(entries)).toString("latin1");
    expect(text.match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(4);
  });

  it("closes what it marks on each page, also where a paragraph goes on over the page", async () => {
    const long = "We ask every government to say so in public and without a time limit. ".repeat(120);
    const streams = await contentStreams([{ kind: "text", text: long }]);
    expect(streams.length).toBeGreaterThan(1);
    for (const stream of streams) {
      expect(stream.match(/\bB[DM]C\b/g)?.length).toBe(stream.match(/\bEMC\b/g)?.length);
    }
  });

  it("sets each script in a face that has its letters", () => {
    expect(faceRuns("Space 北京 ООО شركة", false).map(({ face }) => face)).toEqual([
      "serif",
      "han",
      "serif",
      "arabic",
    ]);
  });

  it("puts words that are read from the right on the right, and numbers in them the right way round", () => {
    const runs = visualRuns("القرار 77 الصادر", false, "rtl")
      .map(({ text }) => text.trim())
      .filter(Boolean);
    expect(runs).toEqual(["الصادر", "77", "القرار"]);
  });

  it("turns brackets round with the words they hold", () => {
    const all = visualRuns("شركة (سواتل)", false, "rtl")
      .map(({ text }) => text)
      .join("");
    expect(all.startsWith("(")).toBe(true);
    expect(all).toContain(")");
  });
});

/** The structure of a file as words in brackets: `Document(H1 L(LI(Lbl LBody)))`. */
async function structure(blocks: readonly Block[]): Promise<string> {
  const file = (await print(blocks)).toString("latin1");
  const objects = new Map(
    [...file.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map((found) => [found[1], found[2] ?? ""]),
  );
  const tell = (object: string): string => {
    const kids = /\/K \[([^\]]*)\]/.exec(object)?.[1] ?? "";
    const told = [...kids.matchAll(/(\d+) 0 R/g)]
      .map((kid) => tell(objects.get(kid[1]) ?? ""))
      .filter(Boolean);
    const name = /\/S \/(\w+)/.exec(object)?.[1];
    return name === undefined ? told.join(" ") : told.length > 0 ? `${name}(${told.join(" ")})` : name;
  };
  return tell([...objects.values()].find((object) => object.includes("/S /Document")) ?? "");
}

describe("the structure of a printed page", () => {
  it("has numbered clauses as a list with their numbers, apart from what stands around them", async () => {
    const found = await structure([
      { kind: "title", text: "A letter" },
      { kind: "item", text: "No tests.", mark: "1." },
      { kind: "item", text: "No debris.", mark: "2." },
      { kind: "text", text: "Thank you." },
    ]);
    expect(found).toBe("Document(H1 L(LI(Lbl LBody) LI(Lbl LBody)) P)");
  });

  it("keeps a second paragraph with its item, and begins another list where dots follow numbers", async () => {
    const found = await structure([
      { kind: "item", text: "No tests.", mark: "1." },
      { kind: "item", text: "Not one." },
      { kind: "item", text: "Thank you.", mark: "•" },
    ]);
    expect(found).toBe("Document(L(LI(Lbl LBody LBody)) L(LI(Lbl LBody)))");
  });

  it("says of each list how it is numbered", async () => {
    const file = (await print([{ kind: "item", text: "No tests.", mark: "1." }])).toString("latin1");
    expect(file).toMatch(/\/O \/List\s+\/ListNumbering \/Decimal/);
  });

  it("goes on with an item over the end of a page", async () => {
    const long = "We ask every government to say so in public and without a time limit. ".repeat(120);
    const blocks: Block[] = [{ kind: "item", text: long, mark: "1." }];
    expect(await structure(blocks)).toBe("Document(L(LI(Lbl LBody)))");
    for (const stream of await contentStreams(blocks)) {
      expect(stream.match(/\bB[DM]C\b/g)?.length).toBe(stream.match(/\bEMC\b/g)?.length);
    }
  });
});
