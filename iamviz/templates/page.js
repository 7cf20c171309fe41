// What a page gains where scripts run. It makes its own controls, so that a page without it shows none that are dead.
(() => {
  "use strict";

  // Copying. What is worth it carries data-iv-copy: the text to copy, or nothing when it is the element's own text.
  for (const source of document.querySelectorAll("[data-iv-copy]")) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "iv-copy", textContent: "Copy", ariaLive: "polite" });
    button.addEventListener("click", async () => {
      let copied = true;
      try {
        await navigator.clipboard.writeText(source.dataset.ivCopy || source.textContent.trim());
      } catch {
        getSelection().selectAllChildren(source);
        copied = document.execCommand("copy");
      }
      button.textContent = copied ? "Copied" : "Selected";
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
    source.after(button);
  }

  // The tally of bets. Radios that settle a bet carry data-iv-bet="right" or "wrong"; the first answer counts.
  const bets = new Map();
  const asked = new Set(Array.from(document.querySelectorAll("[data-iv-bet]"), (radio) => radio.name)).size;
  const tally = document.createElement("p");
  Object.assign(tally, { className: "iv-tally", role: "status" });
  if (asked) document.querySelector("main").append(tally);

  // The address follows the steps, and the steps follow the address.
  const steps = ".iv-stepper > input";
  const follow = () => {
    const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!named?.matches(steps)) return;
    named.checked = true;
    for (let fold = named.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  };
  addEventListener("hashchange", follow);
  follow();

  document.addEventListener("change", ({ target }) => {
    // Behind the next frame: the browser takes longer to change the address than to show the step.
    if (target.matches(steps)) requestAnimationFrame(() => setTimeout(() => history.replaceState(null, "", `#${target.id}`)));
    const { ivBet } = target.dataset;
    if (!ivBet || bets.has(target.name)) return;
    bets.set(target.name, ivBet);
    const right = [...bets.values()].filter((bet) => bet === "right").length;
    const left = asked - bets.size;
    tally.textContent = `Your bets: ${right} of ${bets.size} right${left ? `, ${left} to go` : ""}`;
  });

  // What scrolls sideways can be reached by Tab, and only that.
  const reach = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  for (const box of document.querySelectorAll("pre, .wide, .output, .iv-scroll")) reach.observe(box);
})();
