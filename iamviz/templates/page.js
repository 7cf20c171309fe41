// What a page gains where scripts run. It stands behind gains.js, in one function with it (export/site.py).
addCopyButtons(document);

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

reachWhatScrolls(document.querySelectorAll("pre, .wide, .output, .iv-scroll"));
follow();
