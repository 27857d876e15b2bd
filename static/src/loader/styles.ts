import type { LoaderConfig } from "./config.ts";

const RADIUS = { round: "28px", soft: "14px", square: "0" };

/** The whole look, as a constructed stylesheet: a host's `style-src` has no say over those. */
export function stylesFor(config: LoaderConfig): string {
  const [y, x] = config.corner.split("-");
  const floating = config.placement === "floating";
  const dark = `--g:#1c1b18;--i:#f3f0e9`;
  return `
:host{all:initial;display:block;color-scheme:${config.theme === "auto" ? "light dark" : config.theme};
--g:#fff;--i:#1d1b17;--r:${RADIUS[config.shape]};${config.theme === "dark" ? dark : ""}
font:500 16px/1.4 system-ui,sans-serif;${floating ? "" : "min-height:28rem;position:relative"}}
${config.theme === "auto" ? `@media(prefers-color-scheme:dark){:host{${dark}}}` : ""}
*{box-sizing:border-box;font:inherit}
.w{${floating ? `position:fixed;z-index:2147483646;${y}:16px;${x}:16px;display:flex;flex-direction:column${y === "top" ? "-reverse" : ""};align-items:${(x === "right") === (config.direction === "ltr") ? "flex-end" : "flex-start"};gap:12px;max-width:calc(100vw - 32px)` : "position:absolute;inset:0;display:grid;place-content:center;justify-items:center;gap:16px;padding:16px;background:var(--g);border:1px solid #8884;border-radius:min(var(--r),20px);overflow:hidden"}}
button{min-height:56px;min-width:56px;padding:0 22px;border:0;border-radius:var(--r);background:${config.accent};color:${config.accentText};font-weight:600;cursor:pointer;${floating ? "box-shadow:0 6px 24px #0004;" : ""}position:relative}
button:focus-visible{outline:3px solid ${config.accent};outline-offset:3px}
.l::after{content:"";position:absolute;top:6px;right:6px;border:6px solid #2fbf71;border-radius:50%}
p{margin:0;padding:10px 14px;max-width:18rem;background:var(--g);color:var(--i);border-radius:min(var(--r),16px);font-weight:400;${floating ? "box-shadow:0 4px 18px #0003" : "text-align:center"}}
.f{overflow:hidden;background:var(--g);${floating ? "width:min(400px,calc(100vw - 32px));height:min(640px,calc(100dvh - 112px));border-radius:min(var(--r),20px);box-shadow:0 16px 56px #0006" : "position:absolute;inset:0"}}
iframe{width:100%;height:100%;border:0;display:block}
[hidden]{display:none!important}
${floating ? "@media(max-width:480px),(max-height:480px){.f:not([hidden]){position:fixed;inset:0;width:auto;height:100dvh;border-radius:0}.f:not([hidden])~*{display:none}}" : ""}
@media(forced-colors:active){button,p,.f{border:1px solid}}
@media print{.w{display:none}}`;
}
