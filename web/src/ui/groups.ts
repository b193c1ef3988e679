/** Neighbouring columns of one group, as [name, number of columns]. */
export function groupsOf(columns: readonly { readonly group?: string }[]): (readonly [string, number])[] {
  const groups: [string, number][] = []
  for (const { group = '' } of columns) {
    const last = groups.at(-1)
    if (last && last[0] === group) last[1] += 1
    else groups.push([group, 1])
  }
  return groups
}
