// What a picture gains live: Play and a slider for a strip of steps, the tally of bets, copy buttons, and the explorer's
// way to the kernel. It stands behind gains.js, in one function with it, and runs when the style of its output is in force
// (component.py); JupyterLab takes cells that are out of sight out of the document, and it then runs again.
const shown = style.nextElementSibling;
const { ivKey, ivThing, ivPace } = shown.dataset;
const notebook = shown.closest(".jp-Notebook") ?? document.body;

// The tally. The first answer to a bet counts, also when its cell is run again; each notebook has its own.
const books = (window.iamvizBets ??= new WeakMap());
if (!books.has(notebook)) books.set(notebook, new Map());
const bets = books.get(notebook);
const tell = (mine) => {
  const right = [...bets.values()].filter((bet) => bet === "right").length;
  for (const line of notebook.querySelectorAll(".iv-tally[data-iv-made]")) {
    line.ariaLive = line === mine ? "polite" : "off";
    line.textContent = `Your bets in this notebook: ${right} of ${bets.size} right`;
  }
};
if (shown.dataset.ivRuns) return tell();
shown.dataset.ivRuns = "yes";

const make = (tag, attributes) => {
  const made = document.createElement(tag);
  // JupyterLab's own shortcuts would take the arrow keys and the space bar.
  for (const [name, value] of Object.entries({ ...attributes, "data-lm-suppress-shortcuts": "" })) made.setAttribute(name, value);
  return made;
};

// The same output may be shown twice in one window, where radios of one name are one group.
const named = shown.querySelector("[id]");
if (named && document.getElementById(named.id) !== named) {
  const other = `-${Math.random().toString(36).slice(2)}`;
  for (const name of ["id", "for", "name"])
    for (const one of shown.querySelectorAll(`[${name}]`)) one.setAttribute(name, one.getAttribute(name) + other);
}

for (const strip of shown.querySelectorAll(".iv-stepper")) {
  const radios = [...strip.children].filter((child) => child.matches("input"));
  const last = radios.length - 1;
  const at = () => Math.max(0, radios.findIndex((radio) => radio.checked));
  const bar = make("div", { class: "iv-play" });
  const play = make("button", { type: "button" });
  const slider = make("input", { type: "range", min: 1, max: last + 1, "aria-label": ivThing });
  let timer = 0;
  const follow = () => {
    slider.value = at() + 1;
    slider.ariaValueText = radios[at()].ariaLabel;
  };
  const go = (index) => {
    radios[index].checked = true;
    follow();
  };
  const say = (word) => {
    play.textContent = word;
    play.ariaLabel = `${word.slice(2)}: ${strip.ariaLabel}`;
  };
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    say("▶ Play");
  };
  play.addEventListener("click", () => {
    if (timer) return stop();
    if (at() === last) go(0);
    say("⏸ Pause");
    timer = setInterval(() => {
      if (strip.isConnected && at() < last) go(at() + 1);
      if (!strip.isConnected || at() === last) stop();
    }, ivPace);
  });
  slider.addEventListener("input", () => go(slider.value - 1));
  // Behind the next frame: what shows the step comes first.
  strip.addEventListener("change", ({ target }) => radios.includes(target) && requestAnimationFrame(() => setTimeout(follow)));
  bar.append(play, slider);
  strip.querySelector(".iv-frames").before(bar);
  stop();
  follow();
}

// The explorer. The frame of a choice shows at once where it has been drawn ahead, else as soon as the kernel has drawn it;
// until then the pane of the same combination shows, or, where there are too many for panes, the old frame, pale.
const box = shown.closest(".iamviz-explorer");
if (box) {
  const questions = shown.querySelector(".iv-explorer");
  const said = make("p", { class: "sr", role: "status" });
  const pane = questions.querySelector(".pn");
  const read = () =>
    Array.from(questions.querySelectorAll(".gr"), (group) =>
      [...group.querySelectorAll("input, option")].findIndex((option) => option.checked || option.selected)
    ).join(".");
  let picks = read();
  const show = () => {
    const frames = box.querySelector(".iamviz-frames");
    if (!frames) return;
    const all = [...frames.querySelectorAll(".iv-full")];
    const found = all.find((frame) => frame.dataset.ivPicks === picks);
    if (!found && !pane) return all.forEach((frame) => frame.classList.toggle("old", frame.classList.contains("on")));
    // The page must not jump while a frame is awaited.
    frames.style.minHeight = found ? "" : `${frames.offsetHeight}px`;
    for (const frame of all) {
      frame.classList.toggle("on", frame === found);
      frame.classList.remove("old");
    }
    questions.classList.toggle("full", !!found);
    const words = found?.querySelector(".iv-caption, [data-outcome]")?.textContent ?? "";
    if (found && said.textContent !== words) said.textContent = words;
    return found;
  };
  const ask = () => {
    const field = box.querySelector(".iamviz-picks input");
    field.value = picks;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  questions.addEventListener("change", () => {
    picks = read();
    if (show()) requestAnimationFrame(() => setTimeout(ask));
    else ask();
  });
  new MutationObserver(show).observe(box, { childList: true, subtree: true });
  questions.append(said);
  show();
}

for (const place of shown.querySelectorAll(".iv-bet:last-of-type, .iv-bets > .sc")) place.after(make("p", { class: "iv-tally t2" }));
const names = [...new Set(Array.from(shown.querySelectorAll("[data-iv-bet]"), (radio) => radio.name))];
shown.addEventListener("change", ({ target }) => {
  if (!target.dataset.ivBet) return;
  const key = `${ivKey} ${names.indexOf(target.name)}`;
  if (!bets.has(key)) bets.set(key, target.dataset.ivBet);
  const line = target.closest(".iv-bets, .iv-frame").querySelector(".iv-tally");
  line.dataset.ivMade = "yes";
  tell(line);
});

addCopyButtons(shown);
reachWhatScrolls(shown.querySelectorAll("pre, .iv-scroll"));
