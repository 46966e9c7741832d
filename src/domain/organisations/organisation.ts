/** Whether two organisations may be one as far as their countries go: the same, or one of them not known. */
export function compatibleCountries(a: string | null | undefined, b: string | null | undefined): boolean {
  return !a || !b || a === b;
}
