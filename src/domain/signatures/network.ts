const V4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** The first part of a network address, the only one of which a hash is kept: /24, or /56 for IPv6; undefined for no address. */
export function networkPrefix(address: string): string | undefined {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  const four = V4.exec(mapped);
  if (four) {
    const parts = four.slice(1).map(Number);
    return parts.every((part) => part <= 255) ? `${parts.slice(0, 3).join(".")}.0/24` : undefined;
  }
  const groups = expand(mapped);
  if (!groups) return undefined;
  const first = groups.slice(0, 4).map((group, at) => (at === 3 ? group & 0xff00 : group));
  return `${first.map((group) => group.toString(16)).join(":")}::/56`;
}

function expand(address: string): number[] | undefined {
  if (!/^[0-9a-f:]+$/i.test(address) || !address.includes(":") || address.split("::").length > 2)
    return undefined;
  const [head = "", tail] = address.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array<string>(tail === undefined ? 0 : missing).fill("0"), ...after];
  return groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : undefined;
}
