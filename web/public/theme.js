/* Runs before the first paint, so that no light page flashes in a dark room. The choice is written by src/shell/theme.ts. */
;(() => {
  const choice = localStorage.getItem('sluice.theme')
  const dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
})()
