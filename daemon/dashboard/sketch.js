// A canvas that changes twenty times a second.

/**
 * What it is drawn with. Where the browser can, that goes to the screen past the page's own frames,
 * which would cost twice as much.
 */
export function sketch(canvas) {
  return canvas.getContext("2d", { alpha: false, desynchronized: true });
}

/** Calls `fitted` whenever `canvas` has as many pixels as it takes up on the screen, of which none need be scaled. */
export function fit(canvas, fitted) {
  const observer = new ResizeObserver(([{ contentRect, devicePixelContentBoxSize }]) => {
    const [box] = devicePixelContentBoxSize ?? [];
    const width = box?.inlineSize ?? Math.round(contentRect.width * devicePixelRatio);
    const height = box?.blockSize ?? Math.round(contentRect.height * devicePixelRatio);
    if (width === 0 || height === 0) return;
    canvas.width = width;
    canvas.height = height;
    fitted();
  });
  try {
    observer.observe(canvas, { box: "device-pixel-content-box" });
  } catch {
    observer.observe(canvas); // a browser that does not know that box
  }
}
