"""What twenty frames a second cost in this browser, by the way in which they are drawn.

    python tests/daemon/serve/browser/frames.py

Prints, for each way, what share of one processor core all processes of Chromium took.
"""

import time
from typing import Final

import psutil
from conftest import FLAGS
from playwright.sync_api import sync_playwright

MEASURED_S: Final = 5.0
PAGE: Final = """<!doctype html><style>body { margin: 0; background: #123 }
.box { width: 720px; height: 216px; overflow: hidden; contain: strict }
.wide { width: 1440px; height: 216px; background: linear-gradient(90deg, teal, black) }
@keyframes on { to { transform: translateX(-720px) } }</style><div id="a" class="box"></div>"""
SETUP: Final = """
const a = document.getElementById("a");
let n = 0;
const every = (f) => setInterval(() => { n += 1; f(); }, 50);
const make = (w, o, h = 216) => {
  const c = Object.assign(document.createElement("canvas"), { width: w, height: h });
  document.body.append(c);
  return c.getContext("2d", { alpha: false, ...o });
};
const scroll = (x) => {
  const { width: w, height: h } = x.canvas;
  x.drawImage(x.canvas, 1, 0, w - 1, h, 0, 0, w - 1, h);
  x.fillStyle = n % 2 ? "red" : "blue";
  x.fillRect(w - 1, 0, 1, h);
};
const sweep = (x) => {
  x.fillStyle = n % 2 ? "red" : "blue";
  x.fillRect(n % x.canvas.width, 0, 3, x.canvas.height);
};
const past = { desynchronized: true };
const wide = () => {
  const i = document.createElement("div");
  i.className = "wide";
  i.style.willChange = "transform";
  a.append(i);
  return i;
};
"""
WORKER: Final = """onmessage = ({ data }) => {
  const x = data.getContext("2d", { alpha: false });
  let n = 0;
  setInterval(() => {
    n += 1;
    x.drawImage(data, 1, 0, 719, 216, 0, 0, 719, 216);
    x.fillStyle = n % 2 ? "red" : "blue";
    x.fillRect(719, 0, 1, 216);
  }, 50);
};"""
WAYS: Final = {
    "a timer, nothing drawn": "every(() => {});",
    "empty frames": "every(() => requestAnimationFrame(() => {}));",
    "a word that changes": "every(() => { a.textContent = n; });",
    "two canvases in frames": (
        "const x = make(720), y = make(360);"
        "every(() => requestAnimationFrame(() => { scroll(x); scroll(y); }));"
    ),
    "a layer that is moved": (
        "const i = wide();every(() => { i.style.transform = `translateX(${-(n % 700)}px)`; });"
    ),
    "an animation in steps": "wide().style.animation = 'on 36s steps(720) infinite';",
    "a canvas of a worker": (
        "const v = document.createElement('canvas');"
        "v.width = 720; v.height = 216; a.append(v);"
        f"const w = new Worker(URL.createObjectURL(new Blob([`{WORKER}`])));"
        "const o = v.transferControlToOffscreen(); w.postMessage(o, [o]);"
    ),
    "two canvases past the frames": (
        "const x = make(720, past), y = make(360, past);every(() => { scroll(x); scroll(y); });"
    ),
    "one canvas in frames": "const x = make(720);every(() => scroll(x));",
    "one past them": "const x = make(720, past);every(() => scroll(x));",
    "· as large as both": "const x = make(1080, past);every(() => scroll(x));",
    "· a quarter as large": "const x = make(360, past, 108);every(() => scroll(x));",
    "· the same, scaled": (
        "const x = make(360, past, 108);"
        "x.canvas.style.cssText = 'width: 720px; height: 216px; image-rendering: pixelated';"
        "every(() => scroll(x));"
    ),
    "· read often": (
        "const x = make(720, { ...past, willReadFrequently: true });every(() => scroll(x));"
    ),
    "· a cursor that sweeps": "const x = make(720, past);every(() => sweep(x));",
    "· pixels of its own": (
        "const x = make(720, past), i = x.createImageData(720, 216);"
        "const d = new Uint32Array(i.data.buffer);every(() => {"
        "d.copyWithin(0, 1); for (let y = 1; y <= 216; y += 1) d[720 * y - 1] = 0xff000000 + n;"
        "x.putImageData(i, 0, 0); });"
    ),
    "· a megabyte, moved on itself": "const x = make(670, past, 370);every(() => scroll(x));",
    "· a megabyte, from a strip": (
        "const x = make(670, past, 370), o = new OffscreenCanvas(670, 370);"
        "const s = o.getContext('2d', { alpha: false });every(() => {"
        "sweep(s); const c = (n % 670) + 1;"
        "if (c < 670) x.drawImage(o, c, 0, 670 - c, 370, 0, 0, 670 - c, 370);"
        "x.drawImage(o, 0, 0, c, 370, 670 - c, 0, c, 370); });"
    ),
    "a bitmap handed over": (
        "const v = document.createElement('canvas');v.width = 720; v.height = 216; a.append(v);"
        "const r = v.getContext('bitmaprenderer', { alpha: false });"
        "const o = new OffscreenCanvas(720, 216), x = o.getContext('2d', { alpha: false });"
        "every(() => { sweep(x); r.transferFromImageBitmap(o.transferToImageBitmap()); });"
    ),
    "an element that is scrolled": (
        "const i = wide();i.style.willChange = '';i.style.width = '20000px';"
        "every(() => { a.scrollLeft = n; });"
    ),
}


def cost(parent: psutil.Process) -> float:
    """Processor seconds of Chromium and its children so far."""
    return sum(sum(one.cpu_times()[:2]) for one in (parent, *parent.children(recursive=True)))


def main() -> None:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        parent = next(
            one
            for one in psutil.Process().children(recursive=True)
            if "--headless" in one.cmdline() and "--type=" not in " ".join(one.cmdline())
        )
        for way, script in WAYS.items():
            page = browser.new_page(viewport={"width": 1280, "height": 860})
            page.set_content(PAGE)
            page.evaluate(f"() => {{ {SETUP}\n{script} }}")
            page.wait_for_timeout(1_500)
            began = time.monotonic(), cost(parent)
            page.wait_for_timeout(MEASURED_S * 1_000)
            passed, spent = time.monotonic() - began[0], cost(parent) - began[1]
            print(f"{way:30} {100 * spent / passed:5.1f} % of a core", flush=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
