// Which view is shown: the one that the address names.

const VIEWS = ["now", "history", "settings"];

export function watchViews(shown) {
  const show = (focus) => {
    const name = VIEWS.includes(location.hash.slice(1)) ? location.hash.slice(1) : "now";
    for (const view of VIEWS) document.getElementById(view).hidden = view !== name;
    for (const link of document.querySelectorAll("nav a")) {
      if (link.dataset.view === name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (focus) document.getElementById("content").focus({ preventScroll: true });
    scrollTo(0, 0);
    shown(name);
  };
  addEventListener("hashchange", () => show(true));
  show(false);
}
