// Makes elements. Text is always text: what the daemon sends never becomes markup.

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, one] of Object.entries(value)) made.style.setProperty(key, one);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** Set the text of `node` where it differs, so that an unchanged page costs nothing. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Set `data-name` where it differs. */
export function mark(node, name, value) {
  if (node.dataset[name] !== value) node.dataset[name] = value;
}
