// What the wire's words are called on the page.

export const LEVELS = ["advisory", "warning", "critical"];
export const KINDS = ["scream", "shouting", "crying", "pain", "fear", "anger", "infant_crying"];
export const EMOTIONS = ["neutral", "calm", "happy", "surprised", "sad", "disgust", "angry", "fearful"];
export const STAGES = ["capture", "hop", "fusion", "store", "send"];

export const MODALITIES = {
  audio: "Sound",
  text: "Words",
  context: "Surroundings",
  history: "Before",
};

const REASONS = {
  ended: "it has been quiet since",
  restart: "the daemon was restarted",
  stopped: "the daemon stopped",
  source_lost: "the microphone was lost",
  paused: "listening was paused",
};

/** "infant_crying" → "Infant crying" */
export function title(word) {
  const words = word.replaceAll("_", " ");
  return words[0].toUpperCase() + words.slice(1);
}

export const reason = (word) => REASONS[word] ?? word.replaceAll("_", " ");
export const percent = (share) => `${Math.round(share * 100)} %`;

/** How grave an event's level is. */
export const rank = (event) => LEVELS.indexOf(event.level);

/** Whether what was said speaks for distress. */
export const confirmed = (event) => (event.evidence.text?.probability ?? 0) >= 0.5;
