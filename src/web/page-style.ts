/** How the page looks: as the reports do, with what only a page has. */
import { STYLE } from '../reports/html/style.ts';

export const PAGE_STYLE = `${STYLE}
[hidden]{display:none!important}
header{display:flex;flex-wrap:wrap;gap:0 1rem;align-items:baseline}
fieldset{border:0;padding:0;margin:.8rem 0;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem}
legend{float:left;margin-right:1rem;color:var(--soft)}
label{cursor:pointer}
button.main,button.more{font:inherit;padding:.5rem 1.1rem;border-radius:.4rem;border:1px solid var(--c0);background:var(--bg);color:var(--c0);cursor:pointer}
button.main{background:var(--c0);color:var(--bg);font-weight:600}
button[aria-disabled=true]{opacity:.6;cursor:default}
:focus-visible{outline:3px solid var(--c0);outline-offset:2px}
.drop{border:2px dashed var(--soft);border-radius:.6rem;padding:1rem;text-align:center;background:var(--card)}
.drop.over{border-color:var(--c0);border-style:solid}
.drop input{display:block;margin:.6rem auto 0;max-width:100%;font:inherit}
.drop img{image-orientation:none;max-width:100%;max-height:14rem;border-radius:.4rem;margin-top:.8rem}
.drop figure{margin:0}.drop figcaption{font-weight:400;overflow-wrap:anywhere}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr));gap:1rem;align-items:start}
.card{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.8rem 1rem;min-width:0}
.card h3{margin:0;border-left:.35rem solid var(--c0);padding-left:.5rem}.card.lambda h3{border-color:var(--c1)}
.big{font-size:1.5rem;font-weight:600;font-variant-numeric:tabular-nums;margin:.3rem 0 0}
.top5{list-style:none;margin:.6rem 0;padding:0}
.top5 li{display:grid;grid-template-columns:1fr auto;gap:0 .6rem;padding:.15rem 0;overflow-wrap:anywhere}
.top5 b{font-weight:400;font-variant-numeric:tabular-nums}
.bar{grid-column:1/-1;height:.45rem;border-radius:.2rem;background:var(--line);overflow:hidden}
.bar i{display:block;height:100%;background:var(--c0)}.lambda .bar i{background:var(--c1)}
dl{display:grid;grid-template-columns:auto 1fr;gap:.1rem .8rem;font-size:.85rem;margin:.6rem 0}
.lines{list-style:none;margin:.6rem 0;padding:0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
.line{display:grid;grid-template-columns:minmax(6rem,11rem) 1fr 4.5rem;gap:0 .5rem;font-size:.8rem;align-items:center;margin:0;padding:0;list-style:none}
.line .span{position:relative;height:.7rem}
.line .span i{position:absolute;top:0;height:100%;min-width:2px;border-radius:2px;background:var(--soft)}
.line .span i.call{background:var(--c0)}.lambda .line .span i.call{background:var(--c1)}
.line .span i.init{background:var(--c4)}.line .span i.invocation{background:var(--c2)}.line .span i.overhead{background:var(--c3)}
.line .span i.derived{background:repeating-linear-gradient(135deg,var(--c2) 0 4px,transparent 4px 7px);border:1px solid var(--c2);box-sizing:border-box}
.line .ms{text-align:right;font-variant-numeric:tabular-nums}
.line .name{overflow-wrap:anywhere}
.d1{padding-left:.5rem}.d2{padding-left:1rem}.d3{padding-left:1.5rem}.d4{padding-left:2rem}.d5{padding-left:2.5rem}
.chart{width:100%;height:auto;display:block}
.chart text{fill:var(--soft);font-size:11px}
.chart .axis{stroke:var(--line)}
.chart .s0{fill:var(--c0);stroke:var(--c0)}.chart .s1{fill:var(--c1);stroke:var(--c1)}
.chart .trail{fill:none;stroke-width:1.5}
.chart .failed{fill:var(--bad);stroke:var(--bad)}
.chart .first{fill:var(--bg);stroke-width:2}
.k0{background:var(--c0)}.k1{background:var(--c1)}.kf{background:var(--bad)}
.kw{border:2px solid var(--soft)}
progress{width:100%;accent-color:var(--c0)}
.state{min-height:1.5rem}
@media (max-width:40rem){body{padding:.7rem}.line{grid-template-columns:7rem 1fr 4rem}button.main{width:100%}.chart{min-width:34rem}}
`;
