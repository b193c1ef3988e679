/** Who started a run: the account that the server knows; else the name that the client claimed; else nobody. */
export const starter = ({ owner, userName }: { readonly owner: { readonly username: string } | null; readonly userName: string }): string => owner?.username ?? (userName || 'unknown')
