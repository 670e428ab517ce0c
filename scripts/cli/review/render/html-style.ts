/** Style sheet of the page, which stands in the page itself: it is one file, and loads nothing. */
export const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif;
  --loss: #b3261e; --added: #1a6b2f; --removed: #b3261e }
@media (prefers-color-scheme: dark) { :root { --loss: #ff8a80; --added: #81c995; --removed: #ff8a80 } }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: break-word }
.wide { overflow-x: auto }
table { border-collapse: collapse } th, td { padding: .2rem .7rem; border-bottom: 1px solid #8884; text-align: right }
th:first-child, td:first-child { text-align: left } td code { white-space: nowrap }
code, pre { font: 13px/1.45 ui-monospace, monospace; overflow-wrap: anywhere }
pre { padding: .6rem; background: #8881; white-space: pre-wrap }
details { margin: .6rem 0 } summary { cursor: pointer; font-weight: 600 }
.eyes { border-left: 4px solid var(--loss); padding-left: .4rem } .loss { color: var(--loss); font-weight: 600 }
.to { white-space: nowrap } .added { color: var(--added) } .removed { color: var(--removed) }
ul { padding-left: 1.3rem } li { margin: .2rem 0 } li > details { margin: .2rem 0 } li > details > summary { font-weight: 400 }
@media (max-width: 40rem) { body { margin: 1rem auto } th, td { padding: .2rem; font-size: 12px } td code { font-size: 12px }
  th:last-child, td:last-child { position: sticky; right: 0; background: Canvas; padding-left: .5rem } ul { padding-left: 1rem } }`;
