/** Style of the HTML report; colours keep a contrast of 4.5 : 1 for text in both schemes. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1b2330;--soft:#586375;--line:#dfe4ea;--land:#dde3ea;
--good:#12805c;--hit:#3a6fd8;--some:#b86e00;--bad:#c62f3d;--o1:#7a4fc4;--o2:#c62f3d;--o3:#b8562a;--o4:#b86e00;--o5:#78716c;--o6:#a3326f;--o7:#5b2333;--o8:#111827}
@media(prefers-color-scheme:dark){:root{--page:#0f141b;--card:#171e27;--ink:#e8edf3;--soft:#9ba8b8;--line:#2a3441;--land:#2b3644;
--good:#3dbf91;--hit:#7ba6ff;--some:#f0aa4a;--bad:#ff7480;--o1:#b392f0;--o2:#ff7480;--o3:#f0946a;--o4:#f0aa4a;--o5:#a8a29e;--o6:#f08cc0;--o7:#d28b9f;--o8:#cbd5e1}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1120px;margin:0 auto;padding:32px 20px 64px}
header{display:flex;flex-wrap:wrap;gap:4px 14px;align-items:center;margin-bottom:6px}
h1{overflow-wrap:anywhere;font-size:26px;line-height:1.2;margin:0;letter-spacing:-.01em}
h2{font-size:16px;margin:0 0 14px}
.status{font-size:13px;font-weight:600;padding:3px 11px;border-radius:99px;border:1px solid currentColor}
.good{color:var(--good)}.some{color:var(--some)}.bad{color:var(--bad)}
.facts{color:var(--soft);margin:0 0 22px;overflow-wrap:anywhere}
.facts code{color:var(--ink)}
.notice{border:1px solid var(--line);border-left:4px solid var(--some);background:var(--card);padding:10px 16px;border-radius:8px;margin:0 0 20px}
.notice::first-letter{text-transform:uppercase}
.notice.bad{border-left-color:var(--bad);color:var(--ink)}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:20px 22px;margin:0 0 18px}
.cards{display:grid;grid-template-columns:repeat(4,1fr);gap:12px;margin:0 0 18px}
.cards div{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:13px 16px}
.cards dt{color:var(--soft);font-size:13px}
.cards dd{margin:0;font-size:23px;font-weight:600;font-variant-numeric:tabular-nums;white-space:nowrap}
svg{display:block;width:100%;height:auto}
.bar{height:28px;border-radius:6px}
.legend{list-style:none;margin:12px 0 0;padding:0;display:flex;flex-wrap:wrap;gap:4px 20px;font-size:14px}
.legend small{color:var(--soft)}
.swatch{display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:7px}
.swatch.round{border-radius:50%}
.land{fill:var(--land)}
.site circle{stroke:var(--card);stroke-width:1.5;fill-opacity:.92}
.s-good circle,.s-most circle{fill:var(--good)}.s-most circle{stroke:var(--some);stroke-width:2.5}.s-some circle{fill:var(--some)}.s-bad circle{fill:var(--bad)}.s-idle circle{fill:var(--soft)}
.m-good,.m-most{background:var(--good)}.m-most{outline:2px solid var(--some)}.m-some{background:var(--some)}.m-bad{background:var(--bad)}.m-idle{background:var(--soft)}
.cross{stroke:var(--card);stroke-width:1.6;fill:none}
.names text{font:600 10px system-ui,sans-serif;fill:var(--ink);paint-order:stroke;stroke:var(--card);stroke-width:2.5px;stroke-linejoin:round}
.column{fill:var(--hit)}.axis{stroke:var(--line)}
.chart text{font:13px system-ui,sans-serif;fill:var(--soft)}
.o-warmed{fill:var(--good)}.o-already-warm{fill:var(--hit)}.o-redirect{fill:var(--o1)}.o-http-error{fill:var(--o2)}.o-truncated{fill:var(--o3)}.o-wrong-pop{fill:var(--o4)}.o-not-cacheable{fill:var(--o5)}.o-timed-out{fill:var(--o6)}.o-unreachable{fill:var(--o7)}.o-refused{fill:var(--o8)}
.b-warmed{background:var(--good)}.b-already-warm{background:var(--hit)}.b-redirect{background:var(--o1)}.b-http-error{background:var(--o2)}.b-truncated{background:var(--o3)}.b-wrong-pop{background:var(--o4)}.b-not-cacheable{background:var(--o5)}.b-timed-out{background:var(--o6)}.b-unreachable{background:var(--o7)}.b-refused{background:var(--o8)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);padding-bottom:8px}
th,td{text-align:left;padding:6px 12px 6px 0;border-bottom:1px solid var(--line);vertical-align:top}
thead th{color:var(--soft);font-weight:600;white-space:nowrap}
tbody th{font-weight:600;white-space:nowrap}
tr:last-child>*{border-bottom:0}
.n{text-align:right;white-space:nowrap}
.n:last-child{padding-right:0}
.meter{width:110px;height:8px;margin-top:7px;border-radius:4px;background:var(--land);overflow:hidden}
.meter i{display:block;height:100%;background:var(--good)}
.meter.some i{background:var(--some)}.meter.bad i{background:var(--bad)}
.url{overflow-wrap:anywhere;min-width:260px;font-family:ui-monospace,monospace;font-size:13px}
.none{color:var(--soft);margin:0}
.legend+.none{margin-top:12px}
footer{color:var(--soft);font-size:13px}
@media(max-width:640px){main{padding:20px 12px}.cards{grid-template-columns:repeat(2,1fr)}section{padding:16px}.site{transform:scale(1.7);transform-box:fill-box;transform-origin:center}.names{display:none}.chart text{font-size:26px;transform:translateY(5px)}}
@media print{body{background:#fff}section,.cards div{break-inside:avoid}}
`;
