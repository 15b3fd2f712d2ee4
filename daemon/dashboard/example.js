// A subscriber in a browser, whole: it says hello, shows each alert once, answers it, and comes
// back by itself where it was. docs/WIRE.md has every message.
//
// A page that the daemon serves needs no token once `distressd dashboard` has signed this browser
// in. A page of your own, from another origin, is admitted where `[serve] origins` lists it, and
// puts the token into hello: serve it only to people who may hear everything.

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
const REFUSED = [4401, 4403];

const state = document.getElementById("state");
const list = document.getElementById("alerts");
const shown = new Map(); // by the alert's id
let epoch = null; // which store the numbers are of
let since = null; // the last event that was seen
let requests = 0;
let retry = FIRST_RETRY_MS;

function connect() {
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/v1/alerts`);
  socket.onopen = () => socket.send(JSON.stringify({ type: "hello", v: 1, since, epoch }));
  socket.onmessage = ({ data }) => take(socket, JSON.parse(data));
  socket.onclose = ({ code, reason }) => {
    const why = REFUSED.includes(code) ? "Not admitted; “distressd dashboard” signs a browser in" : "Not connected";
    state.textContent = `${why}${reason ? ` (${reason})` : ""}. Trying again.`;
    // Not all pages at the same moment.
    setTimeout(connect, retry * (0.7 + 0.6 * Math.random()));
    retry = Math.min(2 * retry, LONGEST_RETRY_MS);
  };
}

function take(socket, message) {
  switch (message.type) {
    case "snapshot":
      retry = FIRST_RETRY_MS;
      state.textContent = `Connected. Sound: ${message.source.state}.`;
      if (message.epoch === epoch && since <= message.seq) break; // what was missed follows
      epoch = message.epoch;
      since = message.seq;
      shown.clear();
      list.replaceChildren();
      for (const event of message.open_alerts) show(socket, event);
      break;
    case "alert":
      if (message.seq <= since) break; // seen already
      since = message.seq;
      show(socket, message);
      break;
    case "source":
      state.textContent = `Connected. Sound: ${message.source.state}.`;
      break;
    case "error":
      state.textContent = message.message;
      break;
    default: // types that this page does not know are passed over
  }
}

/** An alert has the same id in all of its events: raised, updated, cleared. */
function show(socket, event) {
  let item = shown.get(event.id);
  if (item === undefined) {
    item = document.createElement("li");
    shown.set(event.id, item);
    list.prepend(item);
  }
  item.dataset.phase = event.phase;
  const words = document.createElement("span");
  words.textContent = `${event.level} ${event.kind.replace("_", " ")}, ${event.phase}: ${event.why}`;
  const button = document.createElement("button");
  button.textContent = "Acknowledge";
  button.onclick = () => {
    socket.send(JSON.stringify({ type: "ack", id: String((requests += 1)), alert: event.id }));
    button.disabled = true;
  };
  item.replaceChildren(words, button);
}

connect();
