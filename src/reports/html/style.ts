/** How the report looks: light and dark, on a telephone, and on paper. */

/** Of targets, in their order; told apart by those who see no red or no green, and dark enough on white. */
export const TARGET_COLORS = ['var(--c0)', 'var(--c1)', 'var(--c2)', 'var(--c3)', 'var(--c4)', 'var(--c5)'];

const LIGHT = `--bg:#fff;--fg:#1c2024;--soft:#5c646d;--line:#d8dce0;--card:#f5f6f8;--bad:#b3261e;--good:#1b6e3a;
--c0:#2f6fb3;--c1:#c2570c;--c2:#2e7d5b;--c3:#8a4fb0;--c4:#8a6d00;--c5:#b0326e`;
const DARK = `--bg:#15181b;--fg:#e6e8ea;--soft:#a3abb3;--line:#3a4046;--card:#1f2327;--bad:#ff8a80;--good:#7bd69a;
--c0:#6fa8e8;--c1:#f0985a;--c2:#66c29a;--c3:#c79be6;--c4:#d9b84a;--c5:#f08bb8`;

export const STYLE = `
:root{${LIGHT};color-scheme:light dark}
@media (prefers-color-scheme:dark){:root{${DARK}}}
@media print{:root{${LIGHT}}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:64rem;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.35rem;margin:.2rem 0}h2{font-size:1.15rem;margin:2.2rem 0 .4rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;margin:1.2rem 0 .3rem}
a{color:var(--c0)}p{margin:.4rem 0}ul{margin:.4rem 0;padding-left:1.2rem}
.soft{color:var(--soft);font-size:.9rem}
.verdict{font-size:1.25rem;margin:.8rem 0;font-weight:600}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.6rem;margin:1rem 0;padding:0;list-style:none}
.cards li{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem}
.cards b{display:block;font-size:1.35rem;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums;margin:.5rem 0}
th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap;vertical-align:top}
th:first-child,td:first-child,.words td,.words th{text-align:left}
.words td{white-space:normal;min-width:7rem;overflow-wrap:break-word}
th button{all:unset;cursor:pointer;font-weight:600}th button:focus-visible{outline:2px solid var(--c0)}
th[aria-sort=ascending] button::after{content:" \\2191"}th[aria-sort=descending] button::after{content:" \\2193"}
caption{text-align:left;color:var(--soft);padding:.2rem 0}
figure{margin:1rem 0;break-inside:avoid}figcaption{font-weight:600;margin-bottom:.2rem}
figure svg{max-width:100%;min-width:min(34rem,100%);height:auto;overflow:visible;--plot-background:var(--bg)}
@media (max-width:40rem){.drawing{overflow-x:auto}.drawing svg{min-width:34rem}}
.key{display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.85rem;list-style:none;padding:0;margin:.2rem 0}
.key span{display:inline-block;width:.8em;height:.8em;margin-right:.35em;border-radius:2px;vertical-align:-1px}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(27rem,100%),1fr));gap:0 1.5rem}
.bad{color:var(--bad);font-weight:600}.good{color:var(--good)}
.note{border-left:4px solid var(--c1);padding:.2rem .8rem;margin:.5rem 0;background:var(--card)}
.tip{position:fixed;z-index:1;pointer-events:none;background:var(--fg);color:var(--bg);padding:.25rem .5rem;border-radius:.3rem;font-size:.8rem;white-space:pre-line;max-width:22rem}
details{margin:.6rem 0}summary{cursor:pointer}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:.2rem}
@media print{.key span,.cards li{print-color-adjust:exact;-webkit-print-color-adjust:exact}body{max-width:none;font-size:11px}details::details-content{content-visibility:visible;block-size:auto}.tip,.skip{display:none}h2{break-after:avoid}.wide{overflow:visible}}
`;
