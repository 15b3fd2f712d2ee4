// The colours of the style sheet for what is drawn, and word of when they change.

const NAMES = ["ground", "panel", "ink", "soft", "calm", "advisory", "warning", "critical"];

export function palette() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

export function onPalette(listener) {
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", listener);
}
