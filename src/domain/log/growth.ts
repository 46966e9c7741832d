import { foldRange, nodeHash, nodesOf, type Hash, type Node } from "./merkle.js";

/** The root of a complete subtree with where it stands. */
export type KnownNode = Node & { hash: Hash };

/** A tree after it has grown. */
export interface Growth {
  /** Complete subtrees above the leaves that the new leaves made whole. */
  nodes: KnownNode[];
  size: number;
  /** The roots of `nodesOf([0, size])`, from which it grows on. */
  edge: Hash[];
  root: Hash;
}

/** Adds leaf hashes to a tree of `size` leaves whose right edge is known; costs one hash a leaf on the whole. */
export function growTree(size: number, edge: readonly Hash[], leaves: readonly Hash[]): Growth {
  const nodes: KnownNode[] = [];
  const stack = nodesOf([0, size]).map((node, index) => ({ ...node, hash: edge[index] ?? Buffer.alloc(0) }));
  for (const [offset, leaf] of leaves.entries()) {
    let node: KnownNode = { level: 0, position: size + offset, hash: leaf };
    while (stack.at(-1)?.level === node.level) {
      const left = stack.pop();
      if (!left) break;
      node = {
        level: node.level + 1,
        position: left.position / 2,
        hash: nodeHash(left.hash, node.hash),
      };
      nodes.push(node);
    }
    stack.push(node);
  }
  const grown = stack.map(({ hash }) => hash);
  return { nodes, size: size + leaves.length, edge: grown, root: foldRange(grown) };
}

/** The heads of a list of leaf hashes at each of these sizes, in one pass. */
export function headsAt(leaves: readonly Hash[], sizes: readonly number[]): Map<number, Hash> {
  const heads = new Map<number, Hash>();
  let tree = growTree(0, [], []);
  for (const size of [...new Set(sizes)].sort((a, b) => a - b)) {
    if (size > leaves.length) break;
    tree = growTree(tree.size, tree.edge, leaves.slice(tree.size, size));
    heads.set(size, tree.root);
  }
  return heads;
}
