// Level, distress and emotions of the last minute, one above the other and scrolling together. They
// are one canvas: where no graphics processor helps, each canvas costs about as much as all of them.

import { DistressLane } from "./distress.js";
import { element } from "./element.js";
import { EmotionLane } from "./emotions.js";
import { LevelLane } from "./level.js";
import { Scroller } from "./scroller.js";

const GAP = 8;

export class Plot {
  #distress = new DistressLane();
  #lanes = [new LevelLane(), this.#distress, new EmotionLane()];
  #whole = this.#lanes.reduce((sum, lane) => sum + lane.height + GAP, -GAP);
  #scroller;

  constructor(place, trace) {
    const canvas = element("canvas", { role: "img" });
    place.style.setProperty("grid-template-rows", this.#lanes.map(({ height }) => `${height}fr`).join(` ${GAP}fr `));
    this.#lanes.forEach(({ names, figures }, row) => {
      for (const node of [names, figures]) node.style.setProperty("grid-row", String(2 * row + 1));
    });
    // Names come before what they name, for who hears the page.
    place.append(...this.#lanes.flatMap(({ names, figures }) => [names, figures]), canvas);
    const paint = (context, column) => this.#paint(context, column);
    this.#scroller = new Scroller(canvas, trace, paint, (seconds) => {
      canvas.ariaLabel = `Level, distress score and emotions of the last ${seconds} seconds; what they are now is written beside`;
    });
  }

  set thresholds(thresholds) {
    this.#distress.thresholds = thresholds;
    this.#scroller.redraw();
  }

  /** Draw the trace up to its first `shown` slots. */
  move(shown) {
    this.#scroller.move(shown);
  }

  /** The newest in words; null: nothing is known. */
  say(sample) {
    for (const lane of this.#lanes) lane.say(sample);
  }

  #paint(context, column) {
    let above = 0;
    for (const lane of this.#lanes) {
      const top = Math.round((above / this.#whole) * column.height);
      const height = Math.round(((above + lane.height) / this.#whole) * column.height) - top;
      context.fillStyle = column.colours.ground;
      context.fillRect(column.x, top, column.step, height);
      lane.paint(context, { ...column, top, height });
      above += lane.height + GAP;
    }
  }
}
