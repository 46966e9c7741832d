import { describe, expect, it, test } from "@jest/globals";
import { array, assert, nat, property, uint8Array } from "fast-check";
import { growTree, headsAt } from "../../../src/domain/log/growth.js";
import {
  consistencyRanges,
  EMPTY_ROOT,
  foldRange,
  inclusionRanges,
  leafHash,
  nodesOf,
  rootOf,
  verifyConsistency,
  verifyInclusion,
  type Hash,
  type Range,
} from "../../../src/domain/log/merkle.js";

const hex = (text: string): Buffer => Buffer.from(text, "hex");

/** The reference leaves and heads of Certificate Transparency (google/trillian, transparency-dev/merkle `testonly`). */
const LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map((leaf) => leafHash(hex(leaf)));
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
/** Heads of complete subtrees by level, from the same source. */
const NODES: Record<string, string> = {
  "0/1": "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
  "0/2": "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
  "0/4": "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
  "0/5": "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
  "1/0": "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "1/1": "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
  "1/2": "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
  "1/3": "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
  "2/0": "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "2/1": "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
};

function node(name: string): string {
  const found = NODES[name];
  if (!found) throw new Error(name);
  return found;
}

/** The heads of ranges, through the complete subtrees that a log keeps. */
function prove(leaves: readonly Hash[], ranges: readonly Range[]): Hash[] {
  const kept = growTree(0, [], leaves).nodes;
  const read = (level: number, position: number): Hash => {
    const found =
      level === 0
        ? leaves[position]
        : kept.find((each) => each.level === level && each.position === position)?.hash;
    if (!found) throw new Error(`no node ${level}/${position}`);
    return found;
  };
  return ranges.map((range) => foldRange(nodesOf(range).map(({ level, position }) => read(level, position))));
}

describe("the Merkle tree", () => {
  it("gives the published heads of the reference leaves", () => {
    expect(ROOTS.map((_, size) => rootOf(LEAVES.slice(0, size)).toString("hex"))).toEqual(ROOTS);
    const heads = headsAt(
      LEAVES,
      ROOTS.map((_, size) => size),
    );
    expect(ROOTS.map((_, size) => heads.get(size)?.toString("hex"))).toEqual(ROOTS);
  });

  test.each([
    [0, 8, ["0/1", "1/1", "2/1"]],
    [5, 8, ["0/4", "1/3", "2/0"]],
    [2, 3, ["1/0"]],
  ])("proves leaf %i of %i by the published hashes", (index, size, names) => {
    const proof = prove(LEAVES.slice(0, size), inclusionRanges(index, size));
    expect(proof.map((hash) => hash.toString("hex"))).toEqual(names.map(node));
    const root = hex(ROOTS[size] ?? "");
    expect(verifyInclusion(LEAVES[index] ?? EMPTY_ROOT, index, size, proof, root)).toBe(true);
  });

  test.each([
    [1, 8, ["0/1", "1/1", "2/1"]],
    [2, 5, ["1/1", "0/4"]],
    [6, 8, ["1/2", "1/3", "2/0"]],
    [1, 1, []],
  ])("proves that %i leaves are the beginning of %i by the published hashes", (old, size, names) => {
    const proof = prove(LEAVES.slice(0, size), consistencyRanges(old, size));
    expect(proof.map((hash) => hash.toString("hex"))).toEqual(names.map(node));
    expect(verifyConsistency(old, size, proof, hex(ROOTS[old] ?? ""), hex(ROOTS[size] ?? ""))).toBe(true);
  });

  it("head N+1 extends head N in 1,000 random histories, and a changed history does not", () => {
    assert(
      property(
        array(uint8Array({ maxLength: 8 }), { minLength: 2, maxLength: 70 }),
        nat(),
        nat(),
        (contents, pick, change) => {
          const leaves = contents.map((content, index) => leafHash(Buffer.from([index, ...content])));
          const old = 1 + (pick % (leaves.length - 1));
          const [oldRoot, root] = [rootOf(leaves.slice(0, old)), rootOf(leaves)];
          const proof = prove(leaves, consistencyRanges(old, leaves.length));
          expect(verifyConsistency(old, leaves.length, proof, oldRoot, root)).toBe(true);
          const rewritten = leaves.with(change % old, leafHash(Buffer.from("rewritten")));
          const forged = prove(rewritten, consistencyRanges(old, leaves.length));
          expect(verifyConsistency(old, leaves.length, forged, oldRoot, rootOf(rewritten))).toBe(false);
          const position = change % leaves.length;
          const leaf = leaves[position] ?? EMPTY_ROOT;
          const path = prove(leaves, inclusionRanges(position, leaves.length));
          expect(verifyInclusion(leaf, position, leaves.length, path, root)).toBe(true);
          expect(verifyInclusion(rewritten[change % old] ?? leaf, position, leaves.length, path, root)).toBe(
            false,
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("refuses proofs that are longer, shorter, of another place or of another size", () => {
    const proof = prove(LEAVES, inclusionRanges(5, 8));
    const root = hex(ROOTS[8] ?? "");
    const leaf = LEAVES[5] ?? EMPTY_ROOT;
    const verdicts = [
      verifyInclusion(leaf, 4, 8, proof, root),
      verifyInclusion(leaf, 5, 9, proof, root),
      verifyInclusion(leaf, 8, 8, proof, root),
      verifyInclusion(leaf, 5, 8, proof.slice(1), root),
      verifyInclusion(leaf, 5, 8, [...proof, leaf], root),
    ];
    const steps = prove(LEAVES, consistencyRanges(6, 8));
    const from = hex(ROOTS[6] ?? "");
    verdicts.push(
      verifyConsistency(5, 8, steps, from, root),
      verifyConsistency(6, 9, steps, from, root),
      verifyConsistency(8, 6, steps, root, from),
      verifyConsistency(6, 8, steps.slice(1), from, root),
      verifyConsistency(6, 8, [...steps, leaf], from, root),
      verifyConsistency(6, 8, [], from, root),
      verifyConsistency(0, 8, [], from, root),
    );
    expect(verdicts).toEqual(verdicts.map(() => false));
  });

  it("grows in any number of steps to the same tree", () => {
    assert(
      property(array(nat({ max: 9 }), { maxLength: 12 }), (steps) => {
        let tree = growTree(0, [], []);
        const all: Hash[] = [];
        for (const count of steps) {
          const more = Array.from({ length: count }, (_, index) => leafHash(Buffer.of(all.length + index)));
          all.push(...more);
          tree = growTree(tree.size, tree.edge, more);
          expect([tree.size, tree.root.equals(rootOf(all))]).toEqual([all.length, true]);
        }
      }),
    );
  });
});
