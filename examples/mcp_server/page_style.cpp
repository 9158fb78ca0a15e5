#include "page_style.hpp"

#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/grammar/base64url.hpp"

namespace mcp_server {
namespace {

constexpr std::string_view style = R"css(
:root {
  color-scheme: light dark;
  --page: #eef1f5; --card: #ffffff; --text: #1a1d23; --soft: #59616e; --line: #dde2ea;
  --edge: #858e9c;
  --accent: #1f5fd6; --accent-hover: #184fb4; --on-accent: #ffffff; --tint: #eaf1fd;
  --warn: #fff7e3; --warn-line: #e7c66b; --warn-text: #5f4300;
  --bad: #fdeeee; --bad-line: #e6a3a3; --bad-text: #8a1f1f;
  --shadow: 0 1px 2px rgb(20 30 50 / 6%), 0 12px 32px rgb(20 30 50 / 9%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #101216; --card: #1a1d23; --text: #eceef2; --soft: #a3acb9; --line: #30353e;
    --edge: #6d7684;
    --accent: #7fabff; --accent-hover: #a3c3ff; --on-accent: #0c1a33; --tint: #1e2a40;
    --warn: #2e2714; --warn-line: #6f5b22; --warn-text: #f3dc9b;
    --bad: #351c1e; --bad-line: #7d3a3d; --bad-text: #ffb9b9;
    --shadow: 0 1px 2px rgb(0 0 0 / 40%), 0 12px 32px rgb(0 0 0 / 35%);
  }
}
*, *::before, *::after { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; padding: 2rem 1rem; display: flex; flex-direction: column;
  align-items: center; justify-content: center; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans",
    "Helvetica Neue", Arial, sans-serif;
}
main {
  width: 100%; max-width: 27.5rem; padding: 2rem; border: 1px solid var(--line);
  border-radius: 1rem; background: var(--card); box-shadow: var(--shadow);
}
.brand { display: flex; align-items: center; gap: .6rem; margin: 0 0 1.5rem; color: var(--soft);
  font-size: .95rem; font-weight: 600; }
.brand svg { width: 2rem; height: 2rem; flex: none; }
.brand .tile { fill: var(--accent); }
.brand .mark { fill: none; stroke: var(--on-accent); stroke-width: 2; stroke-linecap: round;
  stroke-linejoin: round; }
h1 { margin: 0 0 .6rem; font-size: 1.45rem; line-height: 1.25; font-weight: 650;
  letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { margin: 1.5rem 0 .5rem; font-size: .95rem; font-weight: 650; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.small { font-size: .875rem; }
code { font: .875em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  overflow-wrap: anywhere; }
ul.grants { margin: 0; padding: 0; list-style: none; border: 1px solid var(--line);
  border-radius: .75rem; }
ul.grants li { display: flex; gap: .7rem; padding: .6rem .9rem; }
ul.grants li + li { border-top: 1px solid var(--line); }
ul.grants svg { width: 1.25rem; height: 1.5rem; flex: none; fill: none; stroke: var(--accent);
  stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round; }
ul.grants span { flex: 1; display: flex; flex-wrap: wrap; align-items: baseline;
  justify-content: space-between; gap: 0 .75rem; min-width: 0; overflow-wrap: anywhere; }
ul.grants code { color: var(--soft); font-size: .8rem; }
dl { margin: 1.25rem 0 0; font-size: .9rem; }
dl div { display: flex; gap: 1rem; padding: .45rem 0; }
dl div + div { border-top: 1px solid var(--line); }
dt { flex: none; width: 8rem; color: var(--soft); }
dd { flex: 1; min-width: 0; margin: 0; overflow-wrap: anywhere; }
dd small { display: block; color: var(--soft); font-size: .8rem; }
.note { margin: 1.25rem 0; padding: .8rem .95rem; border: 1px solid var(--warn-line);
  border-radius: .75rem; background: var(--warn); color: var(--warn-text); font-size: .9rem; }
.note strong { display: block; }
.note.bad { border-color: var(--bad-line); background: var(--bad); color: var(--bad-text); }
.note :last-child { margin-bottom: 0; }
ol.steps { margin: 0 0 1rem; padding-left: 1.4rem; }
ol.steps li { margin: .25rem 0; }
label { display: block; margin: 1rem 0 .35rem; font-size: .9rem; font-weight: 600; }
input { width: 100%; padding: .65rem .8rem; border: 1px solid var(--edge); border-radius: .6rem;
  background: var(--card); color: var(--text); font: inherit; }
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; }
button { flex: 1 1 9rem; min-height: 2.9rem; padding: .6rem 1.1rem; border: 1px solid var(--accent);
  border-radius: .6rem; background: var(--accent); color: var(--on-accent); font: inherit;
  font-weight: 600; cursor: pointer; }
button:hover { border-color: var(--accent-hover); background: var(--accent-hover); }
button.plain { border-color: var(--edge); background: transparent; color: var(--text); }
button.plain:hover { border-color: var(--edge); background: var(--tint); }
button.link { flex: none; width: auto; min-height: 0; padding: .15rem .1rem; border: 0;
  background: none; color: var(--accent); font-weight: 400; text-decoration: underline;
  text-underline-offset: .2em; }
button.link:hover { color: var(--accent-hover); background: none; }
a { color: var(--accent); text-underline-offset: .2em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.foot { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline;
  gap: .25rem 1rem; margin: 1.5rem 0 0; padding-top: 1rem; border-top: 1px solid var(--line);
  color: var(--soft); font-size: .875rem; }
.foot form { margin: 0; }
.foot .link { font-size: .875rem; }
@media (max-width: 26rem) {
  body { padding: 0; justify-content: flex-start; background: var(--card); }
  main { padding: 1.5rem 1.25rem; border: 0; border-radius: 0; box-shadow: none; }
  dl div { display: block; }
  dt { width: auto; }
}
)css";

// CSP wants standard base64 (RFC 4648 §4), with its padding.
std::string standard_base64(std::string_view octets) {
    std::string text = mcp_oauth::base64url(octets);
    for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
    while (text.size() % 4 != 0) text += '=';
    return text;
}

} // namespace

std::string_view page_style() noexcept { return style; }

const std::string& page_security_policy() {
    static const std::string policy = [] {
        const auto digest = mcp_oauth::sha256(style);
        const std::string_view octets{reinterpret_cast<const char*>(digest.data()), digest.size()};
        return "default-src 'none'; style-src 'sha256-" + standard_base64(octets) +
               "'; base-uri 'none'; frame-ancestors 'none'";
    }();
    return policy;
}

} // namespace mcp_server
